/**
 * Starts a supervisor before it is known what it will watch over, so that it gets ready while the launcher does. It
 * waits for its pipe; when the launcher ends without a word, so does it. This module loads fast: it is the point of it.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import { installSupervisor } from './installSupervisor.ts';
import { spawnSupervisor } from './spawnSupervisor.ts';

/** Undefined when it did not work; the launcher then starts one as usual and tells what is wrong. */
export async function startEarlySupervisor(
  node: string,
  supervisorScript: string,
): Promise<ChildProcess | undefined> {
  try {
    const script = await installSupervisor(supervisorScript, lockstepCacheFolder());
    const supervisor = spawnSupervisor({ node, script });
    await once(supervisor, 'spawn');
    supervisor.unref();
    const pipe = supervisor.stdio[3];
    if (pipe instanceof Socket) pipe.unref();
    return supervisor;
  } catch {
    return undefined;
  }
}
