/**
 * One training that sources tell of: the run it is written into, and what is known of it so far. A child run that has
 * ended is taken up again when more of it arrives: what a library wrote may be read late.
 */
import { existsSync } from 'node:fs';
import { readMetricLogsSync } from '../../runs/readMetricLogsSync.ts';
import type { ChildRun, TrackedRun } from '../../tracking/trackedRun.ts';
import type { SourceContent } from '../../tracking/sourceReader.ts';
import { MediaIntake } from './mediaIntake.ts';
import { SeriesOwners } from './seriesOwners.ts';
import type { SourceNames } from './sourceNames.ts';

export interface TrainingChild extends ChildRun {
  readonly ended: boolean;
}

export interface TrainingOptions {
  readonly run: TrackedRun;
  /** The same, where it is a child run. */
  readonly child?: TrainingChild;
  readonly library?: string;
  readonly names: SourceNames;
  /** Where more than files log into the run. */
  readonly owners?: SeriesOwners;
  readonly onProblem: (text: string) => void;
}

/** Of these nothing tells where the end is. */
const tellsItsEnd: ReadonlySet<string> = new Set(['wandb']);
const mostTags = 20_000;

export class Training {
  readonly id: string;
  /** Writes into it, also after its end. */
  readonly run: TrackedRun;
  readonly media: MediaIntake;
  readonly owners: SeriesOwners;
  readonly names: SourceNames;
  /** Metrics as their sources call them. */
  readonly tags = new Set<string>();
  readonly processes = new Set<number>();
  readonly #child: TrainingChild | undefined;
  readonly #library: string;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor({ run, child, library = '', names, owners, onProblem }: TrainingOptions) {
    this.id = run.id;
    this.run = child === undefined ? run : resuming(child);
    this.media = new MediaIntake(this.run, onProblem);
    this.names = names;
    this.owners = owners ?? new SeriesOwners();
    this.#child = child;
    this.#library = library;
  }

  /** When the newest point was logged, milliseconds since the epoch; of a run without any long before all time. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Before it is written: what it holds. */
  note({ points }: SourceContent): void {
    for (const { key, time } of points) {
      if (this.tags.size < mostTags) this.tags.add(key);
      if (time > this.#lastAt) this.#lastAt = time;
    }
  }

  /** When it is written: the end that its library told. */
  told({ end }: SourceContent): void {
    if (end !== undefined) this.#end(end);
  }

  /** A later training of the library begins: this one has ended if nothing was logged since. */
  settle(library: string, later: number): void {
    if (library !== this.#library || tellsItsEnd.has(library) || this.#child?.ended !== false) return;
    // An earlier supervisor has read it, and its files may be gone.
    if (this.#lastAt === Number.NEGATIVE_INFINITY) this.#lastAt = newestTime(this.run.paths.metrics);
    if (this.#lastAt > Number.NEGATIVE_INFINITY && this.#lastAt <= later) this.#end('finished');
  }

  #end(state: 'finished' | 'failed'): void {
    if (this.#child === undefined || this.#child.ended) return;
    const endedAt = this.#lastAt > Number.NEGATIVE_INFINITY ? this.#lastAt : Date.now();
    this.#child.end({ state, endedAt: Math.round(endedAt) });
  }
}

function newestTime(path: string): number {
  if (!existsSync(path)) return Number.NEGATIVE_INFINITY;
  return readMetricLogsSync(path)
    .all.flatMap(series => series.snapshot().times.at(-1) ?? [])
    .reduce((newest, time) => Math.max(newest, time), Number.NEGATIVE_INFINITY);
}

function resuming(child: TrainingChild): TrackedRun {
  return {
    id: child.id,
    paths: child.paths,
    points: (points, progress) => {
      if (points.length > 0 && child.ended) child.resume();
      child.points(points, progress);
    },
    report: line => child.report(line),
    media: entry => child.media(entry),
    progress: source => child.progress(source),
    series: () => child.series(),
  };
}
