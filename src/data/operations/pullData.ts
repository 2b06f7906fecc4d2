/** `lockstep data pull`: fetch, then checkout, of the same paths; what turns out to be damaged in the cache is fetched again. */
import type { DataTask } from '../dataProgress.ts';
import { checkoutData, type CheckoutResult } from './checkoutData.ts';
import { checkPullFits } from './checkPullFits.ts';
import type { DataProject } from './dataProject.ts';
import type { Amount } from './dataResult.ts';
import { fetchData, fetchListings, type TransferRequest, type TransferResult } from './fetchData.ts';

export interface PullRequest extends Omit<TransferRequest, 'revisions' | 'every'> {
  /** Overwrite and delete what is saved nowhere else. */
  readonly force?: boolean;
}

export interface PullResult {
  readonly fetch: TransferResult;
  readonly checkout: CheckoutResult;
}

/** Rejects with `disk-too-small` before the first file where cache and working tree together would not fit. */
export async function pullData(
  project: DataProject,
  { force, ...request }: PullRequest,
  task: DataTask,
): Promise<PullResult> {
  const listings = await fetchListings(project, request, task);
  await checkPullFits(project, request, task);
  const fetch = await fetchData(project, { ...request, listings }, task);
  const place = { ...(request.paths === undefined ? {} : { paths: request.paths }), force: force === true };
  const checkout = await checkoutData(project, place, task);
  if (!checkout.missing.some(({ trouble }) => trouble === 'corrupt')) return { fetch, checkout };
  // Only reading an object shows that it is not what its name says; from now on nobody believes it.
  const again = await fetchData(project, request, task);
  const after = again.replaced.length === 0 ? checkout : await checkoutData(project, place, task);
  return {
    fetch: bothFetches(fetch, again),
    checkout: after === checkout ? checkout : bothCheckouts(checkout, after),
  };
}

function bothFetches(first: TransferResult, second: TransferResult): TransferResult {
  return {
    ...second,
    moved: sum(first.moved, second.moved),
    replaced: [...first.replaced, ...second.replaced],
  };
}

function bothCheckouts(first: CheckoutResult, second: CheckoutResult): CheckoutResult {
  const added = [...new Set([...first.added, ...second.added])];
  const modified = [...first.modified, ...second.modified].filter(path => !added.includes(path));
  return {
    ...second,
    added,
    modified: [...new Set(modified)],
    deleted: [...first.deleted, ...second.deleted],
    unchanged: first.unchanged,
    placed: sum(first.placed, second.placed),
  };
}

function sum(one: Amount, other: Amount): Amount {
  return { files: one.files + other.files, bytes: one.bytes + other.bytes };
}
