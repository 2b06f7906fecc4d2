/** Starts the process of a supervisor, detached from everything that could end with its starter. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname, parse } from 'node:path';
import { supervisorEnvironment } from './supervisorEnvironment.ts';

export interface SupervisorSpawn {
  /** Absolute path of the Node (or of the editor that can be one). */
  readonly node: string;
  /** Of the installed bundle, or of its source in development. */
  readonly script: string;
  /** Absent for one that is told by its pipe what to do. */
  readonly run?: { readonly id: string; readonly dir: string };
  /** Open file for what it says; nothing is kept when absent. */
  readonly log?: number;
  /** It stays with the terminal and hands it to the command. */
  readonly tty?: boolean;
}

/** The pipe to it is number 3 of its `stdio`. A missing Node is told by the child's `error` event. */
export function spawnSupervisor({ node, script, run, log, tty }: SupervisorSpawn): ChildProcess {
  const said = log ?? 'ignore';
  return spawn(node, [script, ...(run === undefined ? [] : [run.dir])], {
    // Never the user's folder: it may be deleted or unmounted under a long run.
    cwd: parse(node).root === '' ? '/' : parse(node).root,
    env: supervisorEnvironment(
      process.env,
      run?.id ?? 'early',
      script.endsWith('.cjs') ? dirname(script) : undefined,
    ),
    detached: tty !== true,
    windowsHide: true,
    stdio: tty === true ? ['inherit', 'inherit', said, 'pipe'] : ['ignore', said, said, 'pipe'],
  });
}
