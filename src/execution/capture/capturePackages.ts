/** The packages of a run's Python: as they were when it started, what is there after it, and what was edited in place. */
import { editedPackages } from '../../environments/python/editedPackages.ts';
import { errorText } from '../../base/systemError.ts';
import type { Captured, Package } from '../../runs/captured.ts';
import { knownValue, unknown } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import { writePackageList } from '../../runs/packageStore.ts';
import type { StartedRun } from '../startRun.ts';
import type { Seen } from './readSeen.ts';

export async function packagesOf(
  { plan, place, variables }: StartedRun,
  { seenPath, contents }: { readonly seenPath?: readonly string[] | undefined; readonly contents: boolean },
): Promise<Known<Package[]>> {
  const interpreter = knownValue(plan.interpreter);
  if (interpreter === undefined && seenPath === undefined)
    return unknown('the command is not known to be Python');
  return place
    .packages(interpreter, { seenPath, contents }, variables)
    .catch((error: unknown) => unknown(errorText(error)));
}

/** What is there after the run tells the contents of what was there before, where it is the same version still. */
export function withKnownContents(before: Known<Package[]>, after: Known<Package[]>): Known<Package[]> {
  if (before.known === 'unknown') return before;
  const contents = new Map(
    (knownValue(after) ?? []).map(one => [`${one.name} ${one.version}`, one.contents] as const),
  );
  return {
    ...before,
    value: before.value.map(one => {
      const known = contents.get(`${one.name} ${one.version}`);
      return known === undefined ? one : { ...one, contents: known };
    }),
  };
}

/** In a container they are no files of this machine. */
export async function packageEdits(
  { place }: StartedRun,
  seen: Seen,
): Promise<Pick<Captured, 'editedPackages'>> {
  const path = seen.pythons[0]?.path;
  if (!place.isHere || path === undefined || seen.packages === undefined) return {};
  return { editedPackages: await editedPackages(path, new Set(seen.packages)) };
}

export async function storePackages(
  store: string,
  packages: Known<Package[]>,
): Promise<Captured['packages']> {
  if (packages.known === 'unknown') return packages;
  const list = await writePackageList(store, packages.value);
  return { ...packages, value: { list, count: packages.value.length } };
}
