/**
 * What the sources of tracking (the MLflow endpoint, event files, tables) write into, without knowing how a run is
 * supervised. Every method is synchronous: when it returns, the bytes are in the run folder and survive this process.
 * When they could not be written it throws, and nothing of that call is in the record.
 */
import type { MetricPoint, MetricSeries } from '../runs/metricSeries.ts';
import type { MediaEntry } from '../runs/media.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { ReportedLine } from '../runs/reported.ts';
import type { SourceProgress } from '../runs/metricFrames.ts';

export interface TrackedRun {
  readonly id: string;
  readonly paths: RunPaths;
  /** Points and how far their sources are read: both are kept, or neither. Throws `metrics-not-written`. */
  points(points: readonly MetricPoint[], progress?: readonly SourceProgress[]): void;
  /** Throws `record-not-written`. */
  report(line: Omit<ReportedLine, 'at'>): void;
  /** An entry whose file, if any, exists already. Throws `record-not-written`. */
  media(entry: MediaEntry): void;
  /** How far each source was read, as told by {@link points}, also by an earlier supervisor. */
  progress(source: string): number;
  /** Everything logged so far, in the order of arrival, for programs that read back. */
  series(): Promise<readonly MetricSeries[]>;
}

export interface ChildRunStart {
  readonly name?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Of another child run, for one that is nested deeper; the run itself when absent. */
  readonly parent?: string | undefined;
}

export interface ChildRunEnd {
  readonly state: 'finished' | 'failed' | 'cancelled';
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

/** A child run is a run of its own in lists, tables and charts; it has no process of its own. */
export interface ChildRun extends TrackedRun {
  /** It has a result. */
  readonly ended: boolean;
  /** Writes its result. It may go on after that (`resume`), and then end again. */
  end(end: ChildRunEnd): void;
  resume(): void;
}

export interface TrackedRuns {
  /** The run that the supervisor owns. */
  readonly main: TrackedRun;
  startChild(start: ChildRunStart): ChildRun;
  /** One that was started before, also by an earlier supervisor. Undefined when there is none of that id. */
  child(id: string): ChildRun | undefined;
}
