/** `lockstep data pull`: fetch, then checkout, of the same paths. */
import type { DataTask } from '../dataProgress.ts';
import type { CheckoutResult } from './checkoutData.ts';
import type { DataProject } from './dataProject.ts';
import type { TransferRequest, TransferResult } from './fetchData.ts';

export interface PullRequest extends Omit<TransferRequest, 'revisions' | 'every'> {
  /** Overwrite and delete what is saved nowhere else. */
  readonly force?: boolean;
}

export interface PullResult {
  readonly fetch: TransferResult;
  readonly checkout: CheckoutResult;
}

/** Rejects with `disk-full-ahead` before the first byte where cache and working tree together would not fit. */
export async function pullData(
  _project: DataProject,
  _request: PullRequest,
  _task: DataTask,
): Promise<PullResult> {
  return Promise.reject(new Error('not yet'));
}
