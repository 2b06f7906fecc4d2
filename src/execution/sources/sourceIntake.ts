/**
 * Carries what a reader finds in one source into the run, each point once: also when the writer begins its file anew,
 * and when a new supervisor reads the source again from its beginning. What cannot be written now waits; until it is
 * written nothing more is read.
 */
import { createHash } from 'node:crypto';
import { recordedValue } from '../../base/secretText.ts';
import type { MetricPoint } from '../../runs/metricSeries.ts';
import { readMetricLogsSync } from '../../runs/readMetricLogsSync.ts';
import type { ParameterValue } from '../../runs/plan.ts';
import type { MediaPiece, SourceContent } from '../../tracking/sourceReader.ts';
import type { TrackedRun } from '../../tracking/trackedRun.ts';
import type { MediaIntake } from './mediaIntake.ts';
import { RetoldPoints } from './retoldPoints.ts';
import { sourceKey } from './sourceNames.ts';
import type { SourceName } from './sourceNames.ts';
import type { SeriesOwners } from './seriesOwners.ts';

export interface SourceIntakeOptions {
  readonly run: TrackedRun;
  readonly media: MediaIntake;
  /** The source in the metric log: the same for as long as the run lives. */
  readonly name: string;
  /** Of the process that writes it. A rank in the source itself wins. */
  readonly rank?: number | undefined;
  readonly naming: SourceName;
  readonly owners: SeriesOwners;
  /** The writer may begin the file anew with what it held before. */
  readonly mayRepeat: boolean;
  /** The source holds the newest values alone, and they are told together: what was told before is not in it any more. */
  readonly latestOnly?: boolean;
  /** Reads the bytes of a piece that only names its file; undefined while there are none. */
  readonly fileOf?: ((piece: MediaPiece) => MediaPiece | undefined) | undefined;
  readonly onProblem: (text: string) => void;
}

export class SourceIntake {
  readonly #options: SourceIntakeOptions;
  readonly #rank: number | undefined;
  #waiting: (() => void)[] = [];
  /** Points of the source so far, as it stands now. */
  #told = 0;
  /** Points that an earlier supervisor has taken. */
  #resumeAt: number;
  /** Of a source that was begun anew: what it told before is compared with the log, once it tells anything. */
  #retold: { points?: RetoldPoints } | undefined;
  /** A later supervisor must know that it was begun anew. */
  #isAgain = false;
  /** Which of the prefixes is used; -1 while there were no points. */
  #prefix: number;
  readonly #keys = new Map<string, string>();
  /** Of the owners, when the keys were asked for. */
  #moves = 0;

  constructor(options: SourceIntakeOptions) {
    this.#options = options;
    this.#rank = options.naming.place?.rank ?? options.rank;
    this.#prefix = options.run.progress(this.#prefixSource) - 1;
    this.#resumeAt = options.run.progress(options.name);
    if (options.run.progress(this.#againSource) > 0) this.#retold = {};
  }

  /** The source begins anew: what it tells from now on may be what it has told before. */
  beginAnew(): void {
    this.#told = 0;
    this.#resumeAt = 0;
    if (!this.#options.mayRepeat) return;
    this.#retold = {};
    this.#isAgain = true;
  }

  /** @param written Called when all of it is in the run. */
  take(content: SourceContent, written?: () => void): void {
    const { run, name, media, onProblem } = this.#options;
    this.#takePoints(content);
    const parameters = withoutSecrets(content.parameters);
    const tags = Object.fromEntries(
      Object.entries(content.tags).map(([tag, value]) => [
        tag,
        value === null ? null : recordedValue(tag, value),
      ]),
    );
    const said = {
      ...(content.name === undefined ? {} : { name: content.name }),
      ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    };
    if (Object.keys(said).length > 0) this.#waiting.push(() => run.report(said));
    for (const piece of content.media) {
      const { naming } = this.#options;
      const named = { ...piece, key: sourceKey(naming, naming.prefixes[this.#prefix] ?? '', piece.key) };
      if (piece.file === undefined) this.#waiting.push(() => media.take(named, this.#rank));
      else
        this.#waiting.push(() => {
          const whole = this.#options.fileOf?.(named);
          if (whole !== undefined) media.take(whole, this.#rank);
        });
    }
    if (written !== undefined) this.#waiting.push(written);
    for (const problem of content.problems) onProblem(`${name.replace(/^file:/, '')}: ${problem}`);
    this.flush();
  }

  /** False while something waits to be written. */
  flush(): boolean {
    for (;;) {
      const [write] = this.#waiting;
      if (write === undefined) return true;
      try {
        write();
      } catch {
        return false;
      }
      this.#waiting.shift();
    }
  }

  #takePoints({ points, before }: SourceContent): void {
    const first = before ?? this.#told;
    this.#told = first + points.length;
    if (points.length === 0) return;
    if (this.#options.latestOnly === true) {
      // An earlier supervisor may have taken these very ones: there is nothing to be counted.
      const mark = markOf(points);
      this.#write(points, mark === this.#resumeAt ? points.length : 0, mark);
      this.#resumeAt = 0;
      return;
    }
    const known = Math.min(Math.max(0, this.#resumeAt - first), points.length);
    if (this.#told >= this.#resumeAt) this.#resumeAt = 0;
    this.#write(points, known, this.#told);
  }

  /** @param known How many of them the run has. @param offset How far the source is read with them. */
  #write(points: readonly MetricPoint[], known: number, offset: number): void {
    const { run, name, owners } = this.#options;
    const progress = [{ source: name, offset }];
    if (this.#prefix < 0) {
      this.#prefix = this.#choosePrefix(points);
      // A later supervisor may meet the files in another order, and must call them the same.
      progress.push({ source: this.#prefixSource, offset: this.#prefix + 1 });
    }
    if (this.#isAgain) progress.push({ source: this.#againSource, offset: 1 });
    this.#isAgain = false;
    const named = this.#named(points);
    const { moves } = owners;
    const retold = this.#retold;
    let fresh: readonly MetricPoint[] | undefined;
    this.#waiting.push(() => {
      fresh ??= this.#fresh(points, known, retold);
      // While it waited, another source may have taken a name of it.
      const isNamed = fresh === points && owners.moves === moves;
      run.points(isNamed ? named : this.#named(fresh), progress);
    });
  }

  #fresh(
    points: readonly MetricPoint[],
    known: number,
    retold: { points?: RetoldPoints } | undefined,
  ): readonly MetricPoint[] {
    if (retold === undefined) return known === 0 ? points : points.slice(known);
    const before = (retold.points ??= this.#inLog());
    const isThere = this.#named(points).map(point => before.has(point));
    return points.filter((_, index) => index >= known && isThere[index] === false);
  }

  /** What the run has that may be of this source. */
  #inLog(): RetoldPoints {
    const { run, owners, naming } = this.#options;
    const all = readMetricLogsSync(run.paths.metrics).all.filter(({ key, rank }) =>
      owners.mayHave(naming.owner, key, rank ?? undefined),
    );
    return new RetoldPoints(all.map(series => series.snapshot()));
  }

  get #againSource(): string {
    return `again:${this.#options.name}`;
  }

  get #prefixSource(): string {
    return `as:${this.#options.name}`;
  }

  /** The first under which no metric of these is another source's. */
  #choosePrefix(points: readonly MetricPoint[]): number {
    const { naming, owners } = this.#options;
    const isFree = (prefix: string): boolean =>
      points.every(({ key, rank }) =>
        owners.isFree(naming.owner, sourceKey(naming, prefix, key), rank ?? this.#rank),
      );
    const free = naming.prefixes.findIndex(isFree);
    return free < 0 ? naming.prefixes.length - 1 : free;
  }

  #named(points: readonly MetricPoint[]): MetricPoint[] {
    const { moves } = this.#options.owners;
    if (moves !== this.#moves) this.#keys.clear();
    this.#moves = moves;
    return points.map(point => this.#ownPoint(point));
  }

  #ownPoint(point: MetricPoint): MetricPoint {
    const rank = point.rank ?? this.#rank;
    const series = `${rank ?? ''}\0${point.key}`;
    let key = this.#keys.get(series);
    if (key === undefined) {
      key = this.#keyOf(point.key, rank);
      if (this.#keys.size < mostKeys) this.#keys.set(series, key);
    }
    return rank === undefined ? { ...point, key } : { ...point, key, rank };
  }

  #keyOf(key: string, rank: number | undefined): string {
    const { naming, owners } = this.#options;
    const prefixes = naming.prefixes.slice(Math.max(0, this.#prefix));
    const names = prefixes.map(prefix => sourceKey(naming, prefix, key));
    if (naming.repeats !== true) return owners.claim(naming.owner, names, rank);
    const name = names.find(one => owners.isFree(naming.owner, one, rank)) ?? names.at(-1) ?? key;
    return owners.claim(naming.owner, [name], rank);
  }
}

const mostKeys = 20_000;

/** A number that stands for these values; never 0. */
function markOf(points: readonly MetricPoint[]): number {
  const text = JSON.stringify(points.map(({ key, step, value }) => [key, step, String(value)]));
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) + 1;
}

function withoutSecrets(
  parameters: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? recordedValue(name, value) : value,
    ]),
  );
}
