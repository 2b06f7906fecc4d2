/** Updates what `dvc.lock` says of the outputs of a stage, as `dvc commit` does. */
import type { DataRepository } from '../dataRepository.ts';
import type { ObjectId } from '../objectId.ts';
import type { WrittenPin } from './writePin.ts';

export interface LockedOutput {
  /** Relative to the data root, forward slashes. */
  readonly path: string;
  readonly object: ObjectId;
  readonly size?: number;
  readonly files?: number;
  readonly executable?: boolean;
}

/**
 * `pinFile` is the `dvc.yaml`, relative to the data root. Outputs that are not named keep what they have.
 * Rejects with `pin-not-writable`; a stage that never ran has no entry, and gets none (`stage-never-ran`).
 */
export async function writeLock(
  repository: DataRepository,
  request: { readonly pinFile: string; readonly stage: string; readonly outputs: readonly LockedOutput[] },
): Promise<WrittenPin> {
  return Promise.reject(new Error(`not yet ${repository.root} ${request.stage}`));
}
