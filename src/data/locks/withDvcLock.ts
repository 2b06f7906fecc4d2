/**
 * The lock that DVC takes for every command on a repository. We take it for commands that write, and hold it with
 * the same means, so that either tool waits for the other; reading takes none. It ends with the process, however that
 * ends (with `core.hardlink_lock` a lock of a dead process of this machine is taken away).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import { dataLocked } from '../errors.ts';
import { takeFlock } from './flock.ts';
import { takeHardlinkLock } from './hardlinkLock.ts';

/** A lock that is held. */
export interface HeldLock {
  release(): Promise<void>;
}

/** What one attempt gives: the lock, or who has it where that can be told. */
export type LockAttempt = HeldLock | { readonly holder: string | undefined };

/** As DVC: `dvc/lock.py` tries six times, half a second apart. */
const attempts = 6;
const pauseMs = 500;

/** Runs `body` under the lock. Waits for three seconds as DVC does; rejects with `data-locked`, which names the holder. */
export async function withDvcLock<T>(
  repository: DataRepository,
  task: DataTask,
  body: () => Promise<T>,
): Promise<T> {
  const folder = join(repository.root, '.dvc', 'tmp');
  const path = join(folder, 'lock');
  await mkdir(folder, { recursive: true });
  const take = repository.settings.hardlinkLock ? takeHardlinkLock : takeFlock;
  for (let attempt = 1; ; attempt += 1) {
    task.signal?.throwIfAborted();
    const taken = await take(path);
    if ('release' in taken)
      try {
        return await body();
      } finally {
        await taken.release();
      }
    if (attempt >= attempts) throw dataLocked(path, taken.holder);
    await delay(pauseMs, undefined, task.signal === undefined ? {} : { signal: task.signal });
  }
}
