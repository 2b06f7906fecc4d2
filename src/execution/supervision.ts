/** What every part of the supervision of one run shares. */
import type { ReachedPart } from '../runs/annotation.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { Asked } from './asked.ts';
import type { CommandPlace } from './commandPlace.ts';
import type { LaunchSpec } from './launchSpec.ts';
import type { LiveRun } from './liveRuns.ts';
import type { MlflowDesk } from './mlflowDesk.ts';
import type { PrivateInput } from './privateInput.ts';
import type { RecordedRuns } from './recordedRuns.ts';
import type { RunHooks } from './runHooks.ts';
import type { SupervisorLog } from './supervisorLog.ts';
import type { Watchdog } from './watchdog.ts';

export interface Supervision {
  readonly spec: LaunchSpec;
  readonly paths: RunPaths;
  readonly input: PrivateInput;
  readonly log: SupervisorLog;
  /** What is tracked goes through it: the run's own record and its child runs. */
  readonly runs: RecordedRuns;
  /** Where the program's MLflow logs. */
  readonly mlflow: MlflowDesk;
  /** With the part that is reached, where it is no person who asks. */
  readonly cancel: Asked<ReachedPart>;
  /** Where the command executes, as soon as that is decided. */
  readonly place: { current?: CommandPlace };
  readonly hooks: RunHooks;
  /** Holds what observes Python programs; undefined where it is missing. */
  readonly hookFolder: string | undefined;
  /** Once: whoever takes over when this process is killed. */
  readonly startWatchdog: () => Promise<Watchdog>;
  /**
   * Once: says to the other runs of `root` that this one is live. Undefined when that does not work.
   * @param since Milliseconds since the epoch; now when left out.
   */
  readonly announce: (root: string, since?: number) => Promise<LiveRun | undefined>;
  /** Tells the readers of the store that this run has changed. */
  readonly changed: () => void;
  /** `key: value` lines are metrics, too: asked for at the start or later. */
  readonly chartLines: Asked;
}
