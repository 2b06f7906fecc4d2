/**
 * What the reader of a source tells about the runs in it. First only who they are, cheaply; the whole of one run is
 * read when its record is to be written.
 */
import type { MetricSeries } from '../runs/metricSeries.ts';
import type { ParameterValue } from '../runs/plan.ts';
import type { ReportedDataset, ReportedModel } from '../runs/reported.ts';
import type { EndState } from '../runs/result.ts';
import type { MediaPiece } from '../tracking/sourceReader.ts';

/** A past run as it is identified. */
export interface PastRunHeader {
  /** What people find it by in its source: an MLflow run id, a folder below the log folder. */
  readonly id: string;
  /** What tells it from every other run of its kind; with `startedAt` the same whenever the source is read. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Another text as soon as anything of the run has changed in the source. */
  readonly fingerprint: string;
  /** Of the run that it is nested in, when that is in the source, too. */
  readonly parent?: Pick<PastRunHeader, 'identity' | 'startedAt'> | undefined;
  /** How many runs of the source are nested in it. */
  readonly children?: number | undefined;
  /** By what a run that Lockstep recorded while it ran is known to be the same one. */
  readonly logged?: LoggedBy | undefined;
  /** May reject; the run is then skipped with the message. */
  read(): Promise<PastRun>;
}

export type LoggedBy =
  /** MLflow's id of the run. */
  | { readonly mlflowRun: string }
  /**
   * All files that hold its points, absolute. `modifiedAt` (milliseconds since the epoch) where a later run may have
   * written them anew under the same names; without it each name is of one run alone, wherever it lies.
   */
  | { readonly files: readonly string[]; readonly modifiedAt?: number };

export interface PastRun {
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  /** What was run, as far as the source knows it. */
  readonly argv: readonly string[];
  readonly host?: string | undefined;
  /** Undefined when the source does not say that it ended. */
  readonly end?: { readonly state: EndState; readonly at: number; readonly exitCode?: number } | undefined;
  /** Commit id that the source names. */
  readonly commit?: string | undefined;
  readonly branch?: string | undefined;
  readonly remote?: string | undefined;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: readonly ReportedDataset[];
  readonly models: readonly ReportedModel[];
  readonly series: readonly MetricSeries[];
  readonly media: readonly PastMedia[];
  /** Copied as far as they are small: absolute folder or file in the source → place in the run folder. */
  readonly files: readonly PastFiles[];
  /** What could not be taken over, one line each. */
  readonly warnings: readonly string[];
}

export type PastMedia = MediaPiece & {
  readonly rank?: number;
  /** The folder that `file` is relative to, absolute. */
  readonly from?: string;
};

export interface PastFiles {
  /** Absolute. */
  readonly from: string;
  /** Relative to the run folder, forward slashes: `artifacts`, `models/m-1`. */
  readonly to: string;
}

export interface SkippedRun {
  /** The run, or the folder or file that should have been one. */
  readonly what: string;
  readonly why: string;
}

export interface RecordedRun {
  /** The run as it is called in its source. */
  readonly what: string;
  /** Of its record here. */
  readonly id: string;
}

export interface PastRuns {
  /** Parents before their children. */
  readonly runs: readonly PastRunHeader[];
  readonly skipped: readonly SkippedRun[];
  close(): Promise<void>;
}
