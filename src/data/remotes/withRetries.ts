/** Tries again what may pass, waiting longer each time, and as long as the remote itself asks for. */
import { setTimeout as delay } from 'node:timers/promises';
import { PassingTrouble } from './passingTrouble.ts';

export interface Patience {
  /** Tries without any progress before the trouble is told. Default 6. */
  readonly tries?: number;
  /** The first wait in milliseconds; each next one doubles, up to 30 s. Default 500. */
  readonly firstWaitMs?: number;
}

const longestWaitMs = 30_000;
/** A remote that asks for more than this is told to the person instead. */
const longestAskedMs = 120_000;

/**
 * @param attempt Rejects with {@link PassingTrouble} where another try may help; every other failure is final. Calls
 *   `progressed` when something was gained, which starts the count of tries anew.
 */
export async function withRetries<T>(
  attempt: (progressed: () => void) => Promise<T>,
  patience: Patience,
  signal?: AbortSignal,
): Promise<T> {
  const tries = patience.tries ?? 6;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    const gained = { something: false };
    try {
      return await attempt(() => {
        gained.something = true;
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof PassingTrouble)) throw error;
      failures = gained.something ? 1 : failures + 1;
      const asked = error.retryAfterMs ?? 0;
      if (failures >= tries || asked > longestAskedMs) throw error;
      await delay(
        Math.max(asked, backOff(patience, failures)),
        undefined,
        signal === undefined ? {} : { signal },
      );
    }
  }
}

function backOff(patience: Patience, failures: number): number {
  const wait = Math.min((patience.firstWaitMs ?? 500) * 2 ** (failures - 1), longestWaitMs);
  // Many transfers that broke at the same moment must not all come back at the same moment.
  return wait * (0.5 + Math.random() / 2);
}
