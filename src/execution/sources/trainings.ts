/**
 * The trainings that one command tells of through files. The first of each library is the run itself, further ones are
 * child runs. Which source belongs to which is kept in the record (`training:` marks in the metric log of the run,
 * lines of `children.jsonl`), so that a later supervisor gives every source to the same run again.
 *
 * Processes of a distributed training each count their own: the second training of rank 3 is the second of rank 0.
 */
import type { ChildRun, ChildRunStart, TrackedRun } from '../../tracking/trackedRun.ts';
import type { SeriesOwners } from './seriesOwners.ts';
import { SourceNames } from './sourceNames.ts';
import { Training } from './training.ts';
import type { TrainingChild } from './training.ts';

/** Where further trainings become child runs. */
export interface TrainingRuns {
  readonly main: TrackedRun;
  /** Of the series of `main`, which more than files log into. */
  readonly owners: SeriesOwners;
  /** @param start With `training`, under which it is found again. */
  startChild(start: ChildRunStart & { readonly training: string }): TrainingChild;
  child(id: string): (ChildRun & TrainingChild) | undefined;
  /** One more name for a training. Throws `record-not-written`. */
  noteTraining(id: string, training: string): void;
  /** Name → id of the child run, in the order in which they were noted. */
  readonly trainings: ReadonlyMap<string, string>;
}

/** One source as its library tells trainings apart. */
export interface TrainingKey {
  /** No colon, no `@`. */
  readonly library: string;
  /** Of what is one training there: a run's id, a folder. */
  readonly key: string;
  readonly rank: number | undefined;
}

export interface TrainingStart {
  readonly name?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export class Trainings {
  readonly main: Training;
  readonly #runs: TrainingRuns;
  readonly #onProblem: (text: string) => void;
  readonly #children = new Map<string, Training>();

  constructor(runs: TrainingRuns, onProblem: (text: string) => void) {
    this.#runs = runs;
    this.#onProblem = onProblem;
    this.main = new Training({
      ...{ run: runs.main, owners: runs.owners, onProblem },
      names: new SourceNames(),
    });
  }

  /** The training that this was found to belong to, by whichever supervisor. */
  known(key: TrainingKey): Training | undefined {
    const mark = markOf(key);
    const child = this.#child(this.#runs.trainings.get(mark));
    if (child !== undefined) return child;
    return this.#runs.main.progress(`training:${mark}`) > 0 ? this.main : undefined;
  }

  /** All of a library, the first one first; none when nothing of it is known of this rank. */
  of({ library, rank }: Omit<TrainingKey, 'key'>): readonly Training[] {
    const process = processOf(library, rank);
    const ids = [...this.#runs.trainings].flatMap(([mark, id]) =>
      mark.startsWith(`${process}:`) ? [id] : [],
    );
    const children = [...new Set(ids)].flatMap(id => this.#child(id) ?? []);
    return this.#runs.main.progress(`training:${process}`) > 0 ? [this.main, ...children] : children;
  }

  /** One that begins now: the run itself where it is the first. Throws when it cannot be written. */
  begin(key: TrainingKey, start: TrainingStart): Training {
    const { library, rank } = key;
    const place = this.of({ library, rank }).length;
    const others = [this.main, ...this.#childrenOf(library)];
    const there = others[place];
    if (there !== undefined) {
      this.join(key, there);
      return there;
    }
    for (const other of others) other.settle(library, start.startedAt);
    const child = this.#runs.startChild({ ...start, training: markOf(key) });
    return this.#trainingOf(child, library);
  }

  /** What is told under the key is told of this training. Throws when it cannot be written. */
  join(key: TrainingKey, training: Training): void {
    if (this.known(key) === training) return;
    const mark = markOf(key);
    if (training.id !== this.main.id) {
      this.#runs.noteTraining(training.id, mark);
      return;
    }
    const sources = [mark, processOf(key.library, key.rank)].map(source => `training:${source}`);
    this.#runs.main.points(
      [],
      sources.map(source => ({ source, offset: 1 })),
    );
  }

  #childrenOf(library: string): Training[] {
    const ids = [...this.#runs.trainings].flatMap(([mark, id]) =>
      mark.startsWith(`${library}:`) || mark.startsWith(`${library}@`) ? [id] : [],
    );
    return [...new Set(ids)].flatMap(id => this.#child(id) ?? []);
  }

  #child(id: string | undefined): Training | undefined {
    if (id === undefined) return undefined;
    const known = this.#children.get(id);
    if (known !== undefined) return known;
    const child = this.#runs.child(id);
    if (child === undefined) return undefined;
    const mark = [...this.#runs.trainings].find(([, one]) => one === id)?.[0] ?? '';
    return this.#trainingOf(child, mark.split(/[:@]/)[0] ?? '');
  }

  #trainingOf(child: TrainingChild, library: string): Training {
    const onProblem = this.#onProblem;
    const training = new Training({ run: child, child, library, names: new SourceNames(), onProblem });
    this.#children.set(child.id, training);
    return training;
  }
}

function markOf({ library, key, rank }: TrainingKey): string {
  return `${processOf(library, rank)}:${key}`;
}

function processOf(library: string, rank: number | undefined): string {
  return rank === undefined || rank === 0 ? library : `${library}@${rank}`;
}
