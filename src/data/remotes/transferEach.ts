/**
 * Runs transfers side by side and counts how each went. When a failure shows that the remote as a whole does not
 * work, the rest is not tried: ten thousand objects would meet it one after the other.
 */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';
import { wholeRemoteCodes } from './errors.ts';
import type { TransferFailure, TransferItem } from './transferResult.ts';

export interface Transferred {
  readonly done: TransferItem[];
  readonly missing: TransferItem[];
  readonly failed: TransferFailure[];
}

/** Failures that another object could still be spared: a remote may refuse what it does not have, or be away briefly. */
const forgivable = new Set(['remote-access-denied', 'remote-unreachable', 'remote-not-found']);
const forgiven = 8;

/**
 * @param one Resolves with whether the sending side has the object; rejects with what went wrong.
 * Rejects when `signal` aborts, after every transfer under way has ended.
 */
export async function transferEach(
  items: readonly TransferItem[],
  concurrency: number,
  one: (item: TransferItem) => Promise<'done' | 'missing'>,
  signal?: AbortSignal,
): Promise<Transferred> {
  const result: Transferred = { done: [], missing: [], failed: [] };
  let next = 0;
  let inARow = 0;
  let hopeless: LockstepError | undefined;

  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      if (signal?.aborted === true) return;
      if (hopeless !== undefined) {
        result.failed.push({ id: item.id, error: hopeless });
        continue;
      }
      try {
        const outcome = await one(item);
        result[outcome].push(item);
        inARow = 0;
      } catch (error) {
        const told = asLockstepError(error);
        result.failed.push({ id: item.id, error: told });
        if (!wholeRemoteCodes.has(told.code)) continue;
        inARow += 1;
        if (!forgivable.has(told.code) || inARow >= Math.max(forgiven, concurrency)) hopeless = told;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  signal?.throwIfAborted();
  return result;
}

function asLockstepError(error: unknown): LockstepError {
  if (error instanceof LockstepError) return error;
  return new LockstepError({ code: 'transfer-failed', message: errorText(error), cause: error });
}
