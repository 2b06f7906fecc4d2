/** What differs between a locked Python environment and the one that is there, with the most likely cause of each. */
import type { DriftItem, LockedPackage, LockedPython } from '../environmentLock.ts';
import { hashKey } from '../python/lockPython.ts';
import { normalName } from '../python/packageNames.ts';

export interface ComparedPython {
  readonly locked: LockedPython;
  readonly now: LockedPython;
  /** `name==version` that the project's own lock files name now: such a change was meant. */
  readonly named?: ReadonlySet<string>;
}

/** Programs that install packages: which version did it is no matter to what runs. */
const installers = new Set(['pip', 'uv']);

/** Sorted: the interpreter first, then packages by name. */
export function comparePython({ locked, now, named }: ComparedPython): DriftItem[] {
  const items: DriftItem[] = [];
  const compare = (name: string, cause: string, before?: string, after?: string): void => {
    if (before !== undefined && after !== undefined && before !== after)
      items.push({ part: 'python', name, locked: before, now: after, weight: 'must-match', cause });
  };
  compare('Python', 'another interpreter', locked.version, now.version);
  compare('implementation', 'another interpreter', locked.implementation, now.implementation);
  compare('platform', 'another kind of machine', locked.platform, now.platform);
  return [...items, ...comparePackages(locked.packages, now.packages, named)];
}

export function comparePackages(
  locked: readonly LockedPackage[],
  now: readonly LockedPackage[],
  named: ReadonlySet<string> = new Set(),
): DriftItem[] {
  const before = byName(locked);
  const after = byName(now);
  const items: DriftItem[] = [];
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const difference = compareOne(before.get(name), after.get(name), named);
    if (difference !== undefined)
      items.push({
        part: 'packages',
        name,
        ...difference,
        weight: installers.has(name) ? 'informational' : 'must-match',
      });
  }
  return items;
}

type Difference = Pick<DriftItem, 'locked' | 'now' | 'cause'>;

function compareOne(
  before: LockedPackage | undefined,
  after: LockedPackage | undefined,
  named: ReadonlySet<string>,
): Difference | undefined {
  if (after === undefined)
    return before && { locked: describe(before), now: undefined, cause: 'removed by hand' };
  const meant = named.has(hashKey(after.name, after.version));
  const cause = meant ? 'as the project’s lock file says now' : 'installed by hand';
  if (before === undefined) return { locked: undefined, now: describe(after), cause };
  const difference = { locked: describe(before), now: describe(after) };
  if (before.version !== after.version) return { ...difference, cause };
  if ((before.editable ?? false) !== (after.editable ?? false))
    return { ...difference, cause: 'installed by hand' };
  if (before.url !== after.url) return { ...difference, cause: 'installed from elsewhere' };
  if (before.build !== after.build) return { ...difference, cause: 'another build' };
  if (before.contents !== undefined && after.contents !== undefined && before.contents !== after.contents)
    return {
      locked: `${difference.locked} (${short(before.contents)})`,
      now: `${difference.now} (${short(after.contents)})`,
      cause: 'other files under the same version',
    };
  return undefined;
}

function describe({ version, build, editable, url }: LockedPackage): string {
  return (
    version +
    (build === undefined ? '' : ` ${build}`) +
    (editable === true ? ', editable' : '') +
    (url === undefined || build !== undefined ? '' : ` from ${url}`)
  );
}

function short(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 8);
}

function byName(packages: readonly LockedPackage[]): Map<string, LockedPackage> {
  return new Map(packages.map(one => [normalName(one.name), one]));
}
