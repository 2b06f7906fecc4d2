import type { RunReference } from '../worker/engineRequests.ts';

/** Run ids of each store, in the order given: the worker is asked store by store. */
export function idsByStore(runs: readonly RunReference[]): [store: string, ids: string[]][] {
  const stores = new Map<string, string[]>();
  for (const { store, id } of runs) {
    const ids = stores.get(store);
    if (ids === undefined) stores.set(store, [id]);
    else ids.push(id);
  }
  return [...stores];
}
