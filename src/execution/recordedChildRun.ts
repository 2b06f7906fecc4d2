/**
 * A child run on disk: a run folder of its own, written by the supervisor of its parent. Its result may be renewed,
 * because a program may take one up again after it has ended it.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mergeReported } from '../runs/reported.ts';
import { readMetricLogsSync } from '../runs/readMetricLogsSync.ts';
import type { ResultInput } from '../runs/result.ts';
import type { ChildRun, ChildRunEnd } from '../tracking/trackedRun.ts';
import { RecordedRun } from './recordedRun.ts';
import type { RecordedRunOptions } from './recordedRun.ts';
import { reportedOf } from './reportedOf.ts';
import { metricSummaries } from './summariseRun.ts';
import { writeJsonSync } from './writeJsonSync.ts';

export interface RecordedChildRunOptions extends RecordedRunOptions {
  /** The run that it was logged under. */
  readonly parent: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Of one that an earlier supervisor started. */
  readonly ended: boolean;
  /** Told before it writes: the one that has been idle longest may have to let go of its file. */
  readonly used: (run: RecordedChildRun) => void;
}

export class RecordedChildRun extends RecordedRun implements ChildRun {
  readonly #child: RecordedChildRunOptions;
  #ended: boolean;
  #lastEnd: Parameters<RecordedChildRun['end']> | undefined;

  constructor(options: RecordedChildRunOptions) {
    super(options);
    this.#child = options;
    this.#ended = options.ended;
  }

  get parent(): string {
    return this.#child.parent;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing was ever said of it. */
  get isEmpty(): boolean {
    return ![this.paths.metrics, this.paths.reported, this.paths.media].some(path => existsSync(path));
  }

  override points(...written: Parameters<RecordedRun['points']>): void {
    this.#child.used(this);
    super.points(...written);
  }

  /** @param words What a reader should know about this end. Throws `record-not-written`. */
  end(end: ChildRunEnd, words: Pick<ResultInput, 'warnings' | 'failure'> = {}): void {
    const { startedAt } = this.#child;
    const { state, endedAt } = end;
    const { reported, reportedParameters } = reportedOf(mergeReported(readText(this.paths.reported)));
    const result: ResultInput = {
      schemaVersion: 1,
      state,
      startedAt: new Date(startedAt).toISOString(),
      endedAt: new Date(endedAt).toISOString(),
      durationMs: Math.max(0, endedAt - startedAt),
      outputs: [],
      reportedParameters,
      reported,
      metrics: metricSummaries(readMetricLogsSync(this.paths.metrics).all.map(series => series.snapshot())),
      ...words,
    };
    writeJsonSync(this.paths.result, result);
    this.#ended = true;
    this.#lastEnd = [end, words];
    this.release();
    this.#child.changed();
  }

  /** What is reported of a run that has ended stands in its result too. */
  override report(line: Parameters<RecordedRun['report']>[0]): void {
    super.report(line);
    if (this.#ended && this.#lastEnd !== undefined) this.end(...this.#lastEnd);
  }

  resume(): void {
    rmSync(this.paths.result, { force: true });
    this.#ended = false;
    this.#child.changed();
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
