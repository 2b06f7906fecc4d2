/**
 * Follows the files that a run's program logs its metrics into (event files, tables, JSON lines), however they are
 * found, and copies what they say into the run at once. Nothing that goes wrong here ends the run.
 */
import type { TreeRoot } from '../../base/processTree.ts';
import type { TrackedRun } from '../../tracking/trackedRun.ts';
import type { TrackingRules } from '../../tracking/trackingRules.ts';

export interface FollowSourcesOptions {
  /** Gets points, parameters, tags and media. What it cannot take now is given to it again later. */
  readonly run: TrackedRun;
  /** Of the repository (or project folder), absolute. */
  readonly root: string;
  /** The folder that the command runs in, absolute. */
  readonly cwd: string;
  /** The command as it really runs: `--logdir` and the like name folders to watch. */
  readonly argv: readonly string[];
  /** Of the command. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** When the command was started, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Absolute path of `seen.jsonl`; need not exist. */
  readonly seen: string;
  readonly rules: TrackingRules;
  /** The processes of the command, as they are found this moment. */
  readonly tree: () => TreeRoot;
  /** Whether another run of this root is live, or was at any moment since this one started. */
  readonly otherRunsInRoot: () => Promise<boolean>;
  /** One line for the warnings of the result. */
  readonly onProblem: (text: string) => void;
}

export interface FollowedSources {
  /** After the program's end: takes in everything that is left, and ends. Never rejects. */
  finish(): Promise<void>;
  /** Ends at once; what was not taken in is left out. */
  close(): void;
}

export function followSources(_options: FollowSourcesOptions): FollowedSources {
  return { finish: () => Promise.resolve(), close: () => undefined };
}
