/** A run as it is to be given away: whole, also when it is shared in the moment in which it has ended. */
import { awaitCaptured } from '../reproduction/awaitCaptured.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import { runPathsIn, type StorePath } from '../runs/runPaths.ts';
import { RunStore } from '../runs/runStore.ts';

/**
 * Waits for what is captured after the result, and reads the run again where that was not there when it was read: what is
 * collected from a record follows what the run says of itself (its list of packages, its inputs).
 */
export async function settledRun(
  store: StorePath,
  run: RunDetails,
  signal?: AbortSignal,
): Promise<RunDetails> {
  await awaitCaptured(runPathsIn(run.dir), signal);
  return run.captured === undefined ? new RunStore(store).read(run.id) : run;
}
