/**
 * Makes a path of the working tree what a pin says, from the cache. Nothing that is saved nowhere else is overwritten
 * or removed without `force`; a missing or corrupt object costs its own file; an interrupted placing is completed by
 * the next one.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository, LinkType } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { HashedPath } from '../hash/hashOutputs.ts';
import type { ObjectId } from '../objectId.ts';

export interface PlaceRequest {
  /** Relative to the data root, forward slashes. */
  readonly path: string;
  readonly object: ObjectId;
  /** Bytes as pinned, where known: what does not add up is looked into. */
  readonly size?: number;
  /** A single file that is executable. */
  readonly executable?: boolean;
  /** Overwrite and remove what is saved nowhere else. */
  readonly force?: boolean;
  /** Link or copy again also what is right already. */
  readonly relink?: boolean;
  /** Of a folder: only these files (relative to it) are placed, replaced or removed; all when absent. */
  readonly select?: (relativePath: string) => boolean;
  /** What `hashOutputs` has just said about the path. */
  readonly current?: HashedPath;
}

export interface PlaceResult {
  /**
   * `placed`: it is now as pinned. `unchanged`: it was already. `partly`: all but what `missing`, `corrupt` and
   * `failed` list. `kept`: nothing was touched, because of what `kept` lists. `missing`: the object itself (of a folder
   * the listing) is not in the cache; nothing was touched.
   */
  readonly outcome: 'placed' | 'unchanged' | 'partly' | 'kept' | 'missing';
  /** Files that were linked or copied, and their bytes. */
  readonly placed: { readonly files: number; readonly bytes: number };
  /** Files that are no longer pinned and were removed. */
  readonly removed: number;
  /** Nothing had been there. */
  readonly wasMissing: boolean;
  /** How the files were placed; several when one way did not serve all. */
  readonly links: readonly LinkType[];
  /** Relative to the output ('' for a single file), at most 10,000 each. */
  readonly kept: readonly { readonly path: string; readonly what: 'modified' | 'added' | 'type-changed' }[];
  readonly missing: readonly { readonly path: string; readonly object: ObjectId }[];
  readonly corrupt: readonly { readonly path: string; readonly object: ObjectId; readonly found: string }[];
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Rejects with `path-leaves-data`, `parent-is-link`, `listing-refused`, `listing-damaged`, `object-corrupt` (of the
 * listing): nothing was touched then. Stopped by the signal, it leaves whole files and what `resumable` remembers.
 */
export async function placeOutput(
  _repository: DataRepository,
  _request: PlaceRequest,
  _tools: DataTools,
  _task: DataTask,
): Promise<PlaceResult> {
  return Promise.reject(new Error('not yet'));
}
