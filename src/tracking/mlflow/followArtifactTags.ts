/** Tags by which clients say that artifacts are pictures or tables: the files become media of the run. */
import type { Tracker } from './tracker.ts';
import type { MlflowRun } from './trackingState.ts';

export function followArtifactTags(
  _tracker: Tracker,
  _run: MlflowRun,
  _tags: readonly (readonly [string, string])[],
): Promise<void> {
  return Promise.resolve();
}
