/** `lockstep data pull`: fetch, then checkout, of the same paths. */
import type { DataTask } from '../dataProgress.ts';
import { checkoutData, type CheckoutResult } from './checkoutData.ts';
import { checkPullFits } from './checkPullFits.ts';
import type { DataProject } from './dataProject.ts';
import { fetchData, type TransferRequest, type TransferResult } from './fetchData.ts';

export interface PullRequest extends Omit<TransferRequest, 'revisions' | 'every'> {
  /** Overwrite and delete what is saved nowhere else. */
  readonly force?: boolean;
}

export interface PullResult {
  readonly fetch: TransferResult;
  readonly checkout: CheckoutResult;
}

/** Rejects with `disk-too-small` before the first byte where cache and working tree together would not fit. */
export async function pullData(
  project: DataProject,
  { force, ...request }: PullRequest,
  task: DataTask,
): Promise<PullResult> {
  await checkPullFits(project, request, task);
  const fetch = await fetchData(project, request, task);
  const checkout = await checkoutData(
    project,
    { ...(request.paths === undefined ? {} : { paths: request.paths }), force: force === true },
    task,
  );
  return { fetch, checkout };
}
