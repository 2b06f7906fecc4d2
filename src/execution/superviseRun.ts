/**
 * Owns one run from what was asked to its result: prepares, writes the plan, starts the command, and keeps watch.
 * Nothing that goes wrong beside the run ends it, and whatever happens, the result tells the truth about it.
 */
import { basename, dirname } from 'node:path';
import { errorText } from '../base/systemError.ts';
import type { ReachedPart } from '../runs/annotation.ts';
import { ChangeNotice } from '../runs/changes.ts';
import { runPathsIn } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { Asked } from './asked.ts';
import { captureRun } from './captureRun.ts';
import { launcherDied } from './errors.ts';
import { finishRun, recordFailedStart } from './finishRun.ts';
import { readLaunchSpec } from './launchSpec.ts';
import { readPrivateInput } from './privateInput.ts';
import type { RunHooks } from './runHooks.ts';
import { startRun } from './startRun.ts';
import type { Supervision } from './supervision.ts';
import { supervisorLog } from './supervisorLog.ts';
import type { SupervisorLog } from './supervisorLog.ts';
import { watchCommand } from './watchCommand.ts';
import { outlive, withSupervision } from './withSupervision.ts';

/**
 * The whole life of a supervisor. The run folder and the command come through its pipe; `dir` names the folder before
 * that where it is known, so that a launcher's death in between is recorded as the failure it is. Resolves when
 * everything about the run is on disk, or at once when the launcher ended without a word. Rejects only when the launch
 * specification cannot be read (`launch-unreadable`).
 */
export async function superviseRun(dir: string | undefined, hooks: RunHooks = {}): Promise<void> {
  // At its end launch.json is written.
  const input = await readPrivateInput().catch((error: unknown) => {
    if (dir === undefined) throw error;
    return undefined;
  });
  if (input === undefined && dir === undefined) return;
  const paths = runPathsIn(input?.dir ?? dir ?? '');
  const log = supervisorLog(dir === undefined ? paths.supervisorLog : undefined);
  outlive(log);
  if (input === undefined) {
    await recordDeadLauncher(paths, log);
    return;
  }
  await withSupervision({ spec: await readLaunchSpec(paths), paths, input, log, hooks }, superviseWith);
}

async function superviseWith(supervision: Supervision): Promise<void> {
  const { log, cancel } = supervision;
  try {
    const started = await startRun(supervision);
    const capture = captureRun(supervision, started);
    await finishRun(supervision, started, await watchCommand(supervision, started), capture);
  } catch (error) {
    if (!cancel.yet) log.note(`the command was not started: ${errorText(error)}`);
    await recordFailedStart(supervision, error);
  }
}

/** Nobody else can say it: without this the run would seem to be prepared until its silence is long enough. */
async function recordDeadLauncher(paths: RunPaths, log: SupervisorLog): Promise<void> {
  // launch.json may be missing or torn; the place of the run in its store is not.
  const notice = new ChangeNotice(dirname(dirname(dirname(paths.dir))));
  const changed = (): void => notice.touch(basename(paths.dir));
  try {
    await recordFailedStart({ paths, log, cancel: new Asked<ReachedPart>(), changed }, launcherDied());
  } finally {
    notice.close();
  }
}
