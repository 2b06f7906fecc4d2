/**
 * A tiny shell that waits on a pipe of the supervisor. When the pipe breaks without a word, the supervisor was killed,
 * and the shell becomes the next one: the same process, so that whoever knows its number never sees the run alone.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { identifyProcess } from '../base/processIdentity.ts';
import type { ProcessIdentity } from '../base/processIdentity.ts';
import { errorText } from '../base/systemError.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { supervisorEnvironment } from './supervisorEnvironment.ts';
import type { SupervisorLog } from './supervisorLog.ts';

export interface Watchdog {
  /** Undefined where there is none. */
  readonly identity: ProcessIdentity | undefined;
  /** The run is over: it need not wait any more. Resolves when it has been told. */
  dismiss(): Promise<void>;
}

/** `0` in the environment of a run: nothing takes the place of a supervisor that was killed. */
export const watchdogVariable = 'LOCKSTEP_WATCHDOG';

/** The first argument of a supervisor that takes the place of another. */
export const adoptArgument = '--adopt';

const farewell = 'end';
/** What ends a session or a system does not end it: the command decides how long the run lasts. */
const waiting = `trap '' HUP INT TERM; read -r word; [ "$word" = ${farewell} ] && exit 0; exec "$0" "$1" ${adoptArgument} "$2"`;

/** Never rejects: a run without a watchdog is only less protected. */
export async function startWatchdog(id: string, paths: RunPaths, log: SupervisorLog): Promise<Watchdog> {
  const none: Watchdog = { identity: undefined, dismiss: () => Promise.resolve() };
  const script = process.argv[1];
  if (process.platform === 'win32' || script === undefined) return none;
  try {
    const said = openSync(paths.supervisorLog, 'a');
    try {
      const shell = spawn('/bin/sh', ['-c', waiting, process.execPath, script, paths.dir], {
        cwd: '/',
        env: supervisorEnvironment(process.env, id, script.endsWith('.cjs') ? dirname(script) : undefined),
        detached: true,
        stdio: ['pipe', said, said],
      });
      await new Promise<void>((resolve, reject) => {
        shell.once('spawn', resolve);
        shell.once('error', reject);
      });
      shell.unref();
      const { stdin } = shell;
      if (stdin === null) return none;
      stdin.on('error', error => log.note(`the watchdog is gone: ${errorText(error)}`));
      return {
        identity: shell.pid === undefined ? undefined : await identifyProcess(shell.pid),
        dismiss: () => new Promise<void>(resolve => stdin.end(`${farewell}\n`, resolve)),
      };
    } finally {
      closeSync(said);
    }
  } catch (error) {
    log.note(`no watchdog: ${errorText(error)}`);
    return none;
  }
}
