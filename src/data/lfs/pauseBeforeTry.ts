/** The pause before a failed request is tried again: doubled each time, not the same for everybody, ten seconds at most. */
import { setTimeout as delay } from 'node:timers/promises';

/** @param asked Milliseconds that the server itself named. Rejects when aborted. */
export async function pauseBeforeTry(
  tried: number,
  asked: number | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const own = Math.min(10_000, 100 * 2 ** tried) * (0.5 + Math.random() / 2);
  try {
    await delay(asked ?? own, undefined, signal === undefined ? {} : { signal });
  } catch {
    signal?.throwIfAborted();
  }
}
