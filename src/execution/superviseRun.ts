/**
 * Owns one run from what was asked to its result: prepares, writes the plan, starts the command, and keeps watch.
 * Nothing that goes wrong beside the run ends it, and whatever happens, the result tells the truth about it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorText } from '../base/systemError.ts';
import { ChangeNotice } from '../runs/changes.ts';
import type { RunRequest } from '../runs/annotation.ts';
import { runPathsIn } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { Asked } from './asked.ts';
import { captureRun } from './captureRun.ts';
import { launcherDied, launchUnreadable } from './errors.ts';
import { finishRun, recordFailedStart } from './finishRun.ts';
import { startHeartbeat } from './heartbeat.ts';
import { launchSpecSchema } from './launchSpec.ts';
import type { LaunchSpec } from './launchSpec.ts';
import { readPrivateInput } from './privateInput.ts';
import { RecordedRuns } from './recordedRuns.ts';
import { openRequestInbox } from './requestInbox.ts';
import type { RunHooks } from './runHooks.ts';
import { startRun } from './startRun.ts';
import type { Supervision } from './supervision.ts';
import { supervisorLog } from './supervisorLog.ts';
import type { SupervisorLog } from './supervisorLog.ts';
import { watchCommand } from './watchCommand.ts';

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
  const spec = await readLaunchSpec(paths);
  const notice = new ChangeNotice(spec.store);
  const cancel = new Asked();
  const chartLines = new Asked();
  if (spec.metricLines) chartLines.ask();
  const supervision: Supervision = {
    ...{ spec, paths, input, log, cancel, hooks, chartLines },
    runs: new RecordedRuns({ ...{ id: spec.id, store: spec.store, log }, changed: id => notice.touch(id) }),
    hookFolder: findHookFolder(process.argv[1] ?? ''),
    changed: () => notice.touch(spec.id),
  };
  const onRequest = (request: RunRequest): void => {
    log.note(`request: ${request.kind}`);
    if (request.kind === 'cancel') cancel.ask();
    if (request.kind === 'chart-lines') chartLines.ask();
  };
  const heartbeat = startHeartbeat(paths.heartbeat, error => log.warn(`No heartbeat: ${errorText(error)}`));
  const inbox = openRequestInbox(paths.requests, onRequest, error =>
    log.warn(`Requests cannot be read: ${errorText(error)}`),
  );
  try {
    await superviseWith(supervision);
  } finally {
    inbox.close();
    heartbeat.stop();
    supervision.changed();
    notice.close();
    log.note('the supervisor ends');
  }
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
    await recordFailedStart({ paths, log, cancel: new Asked(), changed }, launcherDied());
  } finally {
    notice.close();
  }
}

async function readLaunchSpec(paths: RunPaths): Promise<LaunchSpec> {
  try {
    return launchSpecSchema.parse(JSON.parse(await readFile(paths.launch, 'utf8')));
  } catch (error) {
    throw launchUnreadable(paths.dir, error);
  }
}

/** The end of the terminal, of the session and of the system are the command's to answer; its end is ours to record. */
function outlive(log: SupervisorLog): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => log.note(`${signal} arrived; waiting for the command to end`));
  process.on('uncaughtException', error => log.warn(`Unexpected: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', error => log.warn(`Unexpected: ${errorText(error)}`));
}

/** Beside the installed bundle; in development where its source lies. */
function findHookFolder(script: string): string | undefined {
  const places = [
    join(dirname(script), 'pythonHook'),
    join(dirname(script), '..', 'execution', 'capture', 'pythonHook'),
  ];
  return places.find(place => existsSync(join(place, 'sitecustomize.py')));
}
