/** What of the packages and frameworks inside a container is not as locked. */
import { comparePython } from '../../drift/comparePython.ts';
import type { DriftItem, EnvironmentLock } from '../../environmentLock.ts';
import type { InsideFacts } from './askInside.ts';

export interface ComparedInside {
  readonly locked: Pick<EnvironmentLock, 'container' | 'python' | 'probe'>;
  readonly now: InsideFacts;
  /** The container has another image than the locked one: what differs came with it, most likely. */
  readonly rebuilt: boolean;
  /** `name==version` that the project's own lock files name. */
  readonly named?: ReadonlySet<string>;
}

export function compareInside({ locked, now, rebuilt, named }: ComparedInside): DriftItem[] {
  const hand = (item: DriftItem): DriftItem =>
    rebuilt && item.cause.endsWith('by hand') ? { ...item, cause: 'by the image that was built anew' } : item;
  return [
    ...compareDpkg(locked.container?.dpkg, now.dpkg).map(hand),
    ...comparePythons(locked, now, named).map(hand),
    ...compareProbe(locked.probe, now.probe),
  ];
}

function comparePythons(
  { python: locked }: ComparedInside['locked'],
  { python: now }: InsideFacts,
  named: ReadonlySet<string> | undefined,
): DriftItem[] {
  if (locked !== undefined && now !== undefined)
    return comparePython({ locked, now, ...(named === undefined ? {} : { named }) });
  if (locked === now) return [];
  const cause = now === undefined ? 'removed by hand' : 'installed by hand';
  const item = { part: 'python', name: 'Python', locked: locked?.version, now: now?.version };
  return [{ ...item, weight: 'must-match', cause }];
}

/** Debian packages: a changed version and a missing one are told apart by whose doing it can be. */
function compareDpkg(locked: readonly string[] | undefined, now: readonly string[] | undefined): DriftItem[] {
  if (locked === undefined || now === undefined) return [];
  const [before, after] = [versions(locked), versions(now)];
  const items: DriftItem[] = [];
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) continue;
    const cause =
      was === undefined ? 'installed by hand' : is === undefined ? 'removed by hand' : 'upgraded by hand';
    items.push({ part: 'dpkg', name, locked: was, now: is, weight: 'must-match', cause });
  }
  return items;
}

/** A package of several architectures has the architecture in its name. */
function versions(list: readonly string[]): Map<string, string> {
  return new Map(
    list.map(entry => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** The packages tell of these, too, except where a build of the same version has another CUDA, and of the system itself. */
function compareProbe(locked: EnvironmentLock['probe'], now: Readonly<Record<string, string>>): DriftItem[] {
  return [...new Set([...Object.keys(locked), ...Object.keys(now)])].sort().flatMap((name): DriftItem[] => {
    const before = locked[name] === undefined || locked[name] === null ? undefined : String(locked[name]);
    const after = now[name];
    if (before === after || ofAPackage.has(name)) return [];
    return [{ part: 'probe', name, locked: before, now: after, weight: 'must-match', cause: 'changed' }];
  });
}

const ofAPackage = new Set(['torch', 'tensorflow', 'jax', 'jaxlib']);
