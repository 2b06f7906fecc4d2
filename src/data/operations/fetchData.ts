/** `lockstep data fetch`: brings objects of pins from the remotes into the cache; the working tree is not touched. */
import type { DataTask } from '../dataProgress.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import type { DataProject } from './dataProject.ts';
import type { Amount, Problem, TroubledObject } from './dataResult.ts';

/** Whose pins are meant: those of the working tree, and those of commits. */
export interface PinScope {
  /** Absolute; as for a checkout. */
  readonly paths?: readonly string[];
  /** Commits, branches or tags, instead of the working tree. */
  readonly revisions?: readonly string[];
  /** Beside the working tree. */
  readonly every?: readonly ('branch' | 'tag' | 'commit')[];
}

export interface TransferRequest extends PinScope {
  /** The name of a remote; else that of each output, else the default one. */
  readonly remote?: string;
  /** Transfers at once. */
  readonly jobs?: number;
  readonly credentials?: CredentialSource;
}

export interface TransferResult {
  /** What went over. */
  readonly moved: Amount;
  /** What was there already. */
  readonly present: Amount;
  readonly missing: readonly TroubledObject[];
  readonly problems: readonly Problem[];
}

/** Rejects with `disk-full-ahead` before the first byte where the cache's disk cannot hold what is missing. */
export async function fetchData(
  _project: DataProject,
  _request: TransferRequest,
  _task: DataTask,
): Promise<TransferResult> {
  return Promise.reject(new Error('not yet'));
}
