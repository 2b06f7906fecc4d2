/**
 * What we placed, and how it was left: so that an output which no pin names any more (after a change of branch) can be
 * taken away, when nobody changed it since.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { ObjectId } from '../objectId.ts';

export interface PlacedRecord {
  /** Relative to the data root. */
  readonly path: string;
  readonly object: ObjectId;
}

/** Every path that was placed or stored by us and not removed since. */
export async function readPlaced(_repository: DataRepository): Promise<readonly PlacedRecord[]> {
  return Promise.resolve([]);
}

export async function recordPlaced(
  _repository: DataRepository,
  _placed: readonly PlacedRecord[],
): Promise<void> {
  return Promise.resolve();
}

export interface StaleRemoval {
  /** Removed, relative to the data root. */
  readonly removed: readonly string[];
  /** Left, because they were changed since they were placed, or are not in the cache. */
  readonly kept: readonly string[];
}

/** Removes every recorded path that is not in `pinned` (nor above or below one), is unchanged, and is safe in the cache. */
export async function removeStale(
  _repository: DataRepository,
  _pinned: readonly string[],
  _tools: DataTools,
  _task: DataTask,
): Promise<StaleRemoval> {
  return Promise.resolve({ removed: [], kept: [] });
}
