/** What a forecast reads of a run's record before it looks anywhere else. */
import type { Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import { RunStore } from '../../runs/runStore.ts';
import { awaitCaptured } from '../awaitCaptured.ts';

/** What is captured beside a run may come a moment after its end. */
export async function withCaptured(
  { original, store }: { readonly original: RunDetails; readonly store: string },
  signal: AbortSignal,
): Promise<RunDetails> {
  const { plan, captured, result, shared } = original;
  if (captured !== undefined || result === undefined || shared !== undefined || plan?.origin !== undefined)
    return original;
  await awaitCaptured(runPathsIn(original.dir), signal);
  return new RunStore(store).read(original.id);
}

/** Whoever starts somebody else's run is asked then, with the forecast at hand: that is no blocker. */
export function confirmed(original: RunDetails): RunDetails {
  const { shared } = original;
  return shared === undefined
    ? original
    : { ...original, shared: { ...shared, confirmedAt: shared.fetchedAt, confirmedFor: ['checkout'] } };
}

/** Of a record of another store nobody knows whether a value is the same, only whether there is one. */
export function namesOf(variables: NodeJS.ProcessEnv): Plan['variables'] {
  return Object.fromEntries(Object.keys(variables).map(name => [name, { keyedHash: '' }]));
}

export async function packagesOf(
  original: RunDetails,
  store: string,
): Promise<readonly Package[] | undefined> {
  const list = knownValue(original.captured?.packages)?.list;
  if (list === undefined) return undefined;
  return readPackageList(store, list).catch(() => undefined);
}
