/** What of the packages that a run recorded is not there any more as it was, told from two lists. */
import { normalName } from '../../environments/python/packageNames.ts';
import type { Package } from '../../runs/captured.ts';
import { isInside } from './relocatePaths.ts';
import { folderOfPackage } from './ownPackages.ts';

export interface ChangedPackages {
  /** Other versions, other files, gone: `numpy 1.26.4 → 2.0.1`. */
  readonly changed: readonly string[];
  /** There now and not recorded. */
  readonly added: readonly string[];
}

/** @param roots Of the repository: what is installed from there for editing is its code. */
export function changedPackages(
  recorded: readonly Package[],
  now: readonly Package[],
  roots: readonly string[],
): ChangedPackages {
  const isOwn = (one: Package): boolean =>
    one.editable === true && roots.some(root => isInside(folderOfPackage(one), root));
  const there = new Map(now.filter(one => !isOwn(one)).map(one => [normalName(one.name), one]));
  const changed: string[] = [];
  for (const one of recorded) {
    if (isOwn(one)) continue;
    const name = normalName(one.name);
    const found = there.get(name);
    there.delete(name);
    if (found === undefined) changed.push(`${name} ${one.version} → (not installed)`);
    else if (found.version !== one.version) changed.push(`${name} ${one.version} → ${found.version}`);
    else if (differ(one.contents, found.contents) || differ(one.build, found.build) || one.url !== found.url)
      changed.push(`${name} ${one.version} has other files`);
  }
  return { changed, added: [...there.values()].map(one => `${normalName(one.name)} ${one.version}`) };
}

/** What only one of two records tells says nothing: older ones know less. */
function differ(first: string | undefined, second: string | undefined): boolean {
  return first !== undefined && second !== undefined && first !== second;
}
