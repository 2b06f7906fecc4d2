/** What a supervisor has about it while it works, whether it started the command or took it over: signs of life, requests, a watchdog. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorText } from '../base/systemError.ts';
import type { ReachedPart, RunRequest } from '../runs/annotation.ts';
import { ChangeNotice } from '../runs/changes.ts';
import { Asked } from './asked.ts';
import { startHeartbeat } from './heartbeat.ts';
import { announceLiveRun } from './liveRuns.ts';
import type { LiveRun } from './liveRuns.ts';
import { MlflowDesk } from './mlflowDesk.ts';
import { RecordedRuns } from './recordedRuns.ts';
import { openRequestInbox } from './requestInbox.ts';
import type { Supervision } from './supervision.ts';
import type { SupervisorLog } from './supervisorLog.ts';
import { startWatchdog, watchdogVariable } from './watchdog.ts';
import type { Watchdog } from './watchdog.ts';

export interface SupervisionParts extends Pick<Supervision, 'spec' | 'paths' | 'input' | 'log' | 'hooks'> {
  /** It takes the place of another, which heard some of the requests. */
  readonly adopted?: boolean;
}

/** Resolves or rejects as `work` does, after everything was closed that was opened for it. */
export async function withSupervision<T>(
  parts: SupervisionParts,
  work: (supervision: Supervision) => Promise<T>,
): Promise<T> {
  const { spec, paths, log, input } = parts;
  const notice = new ChangeNotice(spec.store);
  const cancel = new Asked<ReachedPart>();
  const chartLines = new Asked();
  if (spec.metricLines) chartLines.ask();
  const runs = new RecordedRuns({
    ...{ id: spec.id, store: spec.store, log },
    changed: id => notice.touch(id),
  });
  const mlflow = new MlflowDesk({ spec, paths, log, runs });
  const place: Supervision['place'] = {};
  let watchdog: Promise<Watchdog> | undefined;
  let live: Promise<LiveRun | undefined> | undefined;
  const supervision: Supervision = {
    ...parts,
    ...{ cancel, chartLines, runs, mlflow, place },
    hookFolder: findHookFolder(process.argv[1] ?? ''),
    changed: () => notice.touch(spec.id),
    announce(root, since) {
      live ??= announceLiveRun(spec.store, spec.id, root, since).catch((error: unknown) => {
        log.warn(`Other runs cannot be told from this one: ${errorText(error)}`);
        return undefined;
      });
      return live;
    },
    startWatchdog() {
      watchdog ??=
        input.environment[watchdogVariable] === '0' ? noWatchdog() : startWatchdog(spec.id, paths, log);
      return watchdog;
    },
  };
  const onRequest = (request: RunRequest): void => {
    log.note(`request: ${request.kind}`);
    if (request.kind === 'cancel') cancel.ask(request.reached);
    if (request.kind === 'chart-lines') chartLines.ask();
  };
  const heartbeat = startHeartbeat(paths.heartbeat, error => log.warn(`No heartbeat: ${errorText(error)}`));
  const inbox = openRequestInbox(paths.requests, {
    onRequest,
    onProblem: error => log.warn(`Requests cannot be read: ${errorText(error)}`),
    again: parts.adopted === true,
  });
  try {
    return await work(supervision);
  } finally {
    inbox.close();
    heartbeat.stop();
    await mlflow.close();
    await place.current?.close();
    runs.close();
    await (await live)?.end().catch(() => undefined);
    supervision.changed();
    notice.close();
    await (await watchdog)?.dismiss();
    log.note('the supervisor ends');
  }
}

/** The end of the terminal, of the session and of the system are the command's to answer; its end is ours to record. */
export function outlive(log: SupervisorLog): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => log.note(`${signal} arrived; waiting for the command to end`));
  process.on('uncaughtException', error => log.warn(`Unexpected: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', error => log.warn(`Unexpected: ${errorText(error)}`));
}

function noWatchdog(): Promise<Watchdog> {
  return Promise.resolve({ identity: undefined, dismiss: () => Promise.resolve() });
}

/** Beside the installed bundle; in development where its source lies. */
function findHookFolder(script: string): string | undefined {
  const places = [
    join(dirname(script), 'pythonHook'),
    join(dirname(script), '..', 'execution', 'capture', 'pythonHook'),
  ];
  return places.find(place => existsSync(join(place, 'sitecustomize.py')));
}
