/**
 * Makes the pinned files that a move of HEAD concerns what the new commit's pins say. Local modifications stay and are
 * listed; what cannot be had is listed, and costs nothing else.
 */
import type { DataTask } from '../dataProgress.ts';
import type { SyncVerdict } from './syncVerdict.ts';

export interface SyncRequest {
  readonly verdict: SyncVerdict;
  /** Download what is not here. */
  readonly fetch: boolean;
}

export interface SyncOutcome {
  /** Paths that are now what the commit says, and were not before. */
  readonly placed: readonly string[];
  /** Paths that the commit does not pin any more, gone because they were unchanged. */
  readonly removed: readonly string[];
  /** Left alone, with the reason as a sentence without a full stop. */
  readonly kept: readonly { readonly path: string; readonly why: string }[];
  readonly missing: readonly { readonly path: string; readonly files: number; readonly why: string }[];
  readonly fetched: { readonly files: number; readonly bytes: number };
}

/** `gitRoot`: the top of the working tree. Rejects when aborted (what was placed stays) or when nothing could be done. */
export async function syncToHead(
  _gitRoot: string,
  _request: SyncRequest,
  _task: DataTask = {},
): Promise<SyncOutcome> {
  return Promise.resolve({ placed: [], removed: [], kept: [], missing: [], fetched: { files: 0, bytes: 0 } });
}
