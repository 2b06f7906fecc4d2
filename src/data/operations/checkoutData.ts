/**
 * `lockstep data checkout`: makes the pinned paths in the working tree what their pins say, from the cache alone.
 * Nothing that is saved nowhere else is overwritten without `force`, and a missing object costs its own file only.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataProject } from './dataProject.ts';
import type { Amount, KeptFile, Problem, TroubledObject } from './dataResult.ts';

export interface CheckoutRequest {
  /** Absolute pinned paths, folders above them, or files inside a pinned folder; every selected pin when absent. */
  readonly paths?: readonly string[];
  /** Overwrite and delete what is saved nowhere else. */
  readonly force?: boolean;
  /** Link or copy again also what is right already (after a change of `cache.type`). */
  readonly relink?: boolean;
  /** The pins of this commit instead of the working tree's; needs `paths`. */
  readonly revision?: string;
}

export interface CheckoutResult {
  /** Pinned paths that were not there, relative to the project's root. */
  readonly added: readonly string[];
  readonly modified: readonly string[];
  /** Outputs of an earlier commit that no pin names any more, and that were unchanged. */
  readonly deleted: readonly string[];
  /** Pinned paths that were right already. */
  readonly unchanged: number;
  /** Pinned paths that the sparse choice of this clone leaves out. */
  readonly notSelected: number;
  readonly placed: Amount;
  readonly kept: readonly KeptFile[];
  readonly missing: readonly TroubledObject[];
  readonly problems: readonly Problem[];
}

export async function checkoutData(
  _project: DataProject,
  _request: CheckoutRequest,
  _task: DataTask,
): Promise<CheckoutResult> {
  return Promise.reject(new Error('not yet'));
}
