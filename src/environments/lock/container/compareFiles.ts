/** What of the files that went in is not as it was. */
import type { DriftItem, LockedContainer } from '../../environmentLock.ts';

export interface ComparedFiles {
  readonly locked: Pick<LockedContainer, 'files' | 'features'>;
  readonly now: Pick<LockedContainer, 'files' | 'features'>;
}

/** Sorted by path; of a lockfile of Features each Feature by name. */
export function compareFiles({ locked, now }: ComparedFiles): DriftItem[] {
  const lockfile = locked.features?.lockfile ?? now.features?.lockfile;
  const names = [...new Set([...Object.keys(locked.files), ...Object.keys(now.files)])].sort();
  const items: DriftItem[] = [];
  for (const name of names) {
    const [before, after] = [locked.files[name], now.files[name]];
    if (before === after) continue;
    const cause = before === undefined ? 'added' : after === undefined ? 'removed' : 'edited';
    const features = name === lockfile ? compareFeatures(locked.features, now.features) : [];
    if (features.length > 0) items.push(...features);
    else items.push({ part: 'config', name, locked: before, now: after, weight: 'must-match', cause });
  }
  return items;
}

function compareFeatures(
  before: LockedContainer['features'],
  after: LockedContainer['features'],
): DriftItem[] {
  const locked = before?.digests ?? {};
  const now = after?.digests ?? {};
  return [...new Set([...Object.keys(locked), ...Object.keys(now)])]
    .sort()
    .filter(name => locked[name] !== now[name])
    .map(name => ({
      part: 'features',
      name: `Feature ${name}`,
      ...{ locked: locked[name], now: now[name] },
      weight: 'must-match',
      cause: `${after?.lockfile ?? before?.lockfile ?? 'its lockfile'} edited`,
    }));
}
