/**
 * Waits for what a run captured, which its supervisor writes after the result: who reproduces a run the moment it has
 * ended would else find no inputs in its record, and run without its data.
 */
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcessRecord } from '../execution/runEnd.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { supervisorLives } from '../runs/runState.ts';

const lookEveryMs = 50;

/** Resolves also when the supervisor is gone, or out of sight, without it. Rejects only with the signal's reason. */
export async function awaitCaptured(paths: RunPaths, signal?: AbortSignal): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    // Imported runs and runs of another machine have no supervisor that could be waited for.
    const record = await readProcessRecord(paths);
    const lives = record !== undefined && (await supervisorLives(record)) === 'lives';
    if (!lives || (await isThere(paths.captured))) return;
    await delay(lookEveryMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
