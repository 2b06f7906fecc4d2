/** What has to happen so that a path becomes what a pin says. Pure: decided from what is there, what is wanted and what the cache holds. */
import type { CachePresence } from '../cache/cachePresence.ts';
import { hexOf, isHashed, type HashedPath } from '../hash/hashedPath.ts';
import { comparePaths } from '../listing/comparePaths.ts';
import type { ObjectId } from '../objectId.ts';
import type { PlacingTarget } from './placingTarget.ts';

/** One file of an output; `here` counts in the columns of what is there, -1 where nothing is. */
export interface PlacingStep {
  /** Relative to the output; '' for the output itself. */
  readonly path: string;
  readonly here: number;
  /** What it is to be; absent for what is to go, or to stay as it is. */
  readonly md5?: string;
  /** `lacks`: it cannot be placed, for the cache does not have it; what is there stays. */
  readonly act: 'same' | 'place' | 'remove' | 'leave' | 'lacks';
}

export interface KeptPath {
  readonly path: string;
  readonly what: 'modified' | 'added' | 'type-changed';
}

export interface PlacingPlan {
  /** Sorted by code point. */
  readonly steps: readonly PlacingStep[];
  /** What would be lost: saved nowhere else. */
  readonly unsaved: readonly KeptPath[];
  /** Links and special files in the way, relative to the output. */
  readonly inTheWay: readonly string[];
}

export interface PlanOptions {
  readonly select?: ((relativePath: string) => boolean) | undefined;
  readonly relink?: boolean | undefined;
  /** Whether the path is a link that we or DVC made, to an object of the cache. */
  readonly isCacheLink: (relativePath: string) => boolean;
}

export function planPlacing(
  target: PlacingTarget,
  current: HashedPath,
  presence: CachePresence,
  options: PlanOptions,
): PlacingPlan {
  const { algorithm } = target.object;
  const hex = hexOf(current.md5s);
  const hashHere = (index: number): string | undefined =>
    isHashed(current.md5s, index) ? hex.slice(index * 32, index * 32 + 32) : undefined;
  const isSaved = (index: number): boolean => {
    const value = hashHere(index);
    return value !== undefined && presence.has({ algorithm, value });
  };
  const steps: PlacingStep[] = [];
  const unsaved: KeptPath[] = [];

  for (const { path, here, wanted } of meet(target, current)) {
    if (options.select?.(path) === false) {
      if (here !== -1) steps.push({ path, here, act: 'leave' });
      continue;
    }
    if (wanted === undefined) {
      steps.push({ path, here, act: 'remove' });
      if (!isSaved(here)) unsaved.push({ path, what: 'added' });
      continue;
    }
    const same = here !== -1 && hashHere(here) === wanted;
    if (same && options.relink !== true) {
      steps.push({ path, here, md5: wanted, act: 'same' });
      continue;
    }
    const has = presence.has({ algorithm, value: wanted });
    steps.push({ path, here, md5: wanted, act: has ? 'place' : same ? 'same' : 'lacks' });
    if (has && !same && here !== -1 && !isSaved(here)) unsaved.push({ path, what: 'modified' });
  }
  const { inTheWay, foreign } = findObstacles(target, current, steps, options);
  return { steps, unsaved: [...unsaved, ...foreign], inTheWay };
}

interface Meeting {
  readonly path: string;
  readonly here: number;
  readonly wanted: string | undefined;
}

/** Both are sorted: one pass. */
function* meet(target: PlacingTarget, current: HashedPath): IterableIterator<Meeting> {
  const { paths } = current.columns;
  let here = 0;
  for (const { relativePath: path, md5 } of target.files) {
    while (here < paths.length && comparePaths(paths[here] ?? '', path) < 0) {
      yield { path: paths[here] ?? '', here, wanted: undefined };
      here += 1;
    }
    if (paths[here] === path) {
      yield { path, here, wanted: md5 };
      here += 1;
    } else yield { path, here: -1, wanted: md5 };
  }
  for (; here < paths.length; here += 1) yield { path: paths[here] ?? '', here, wanted: undefined };
}

/** Links to folders, broken links, sockets where a file or folder of the pin belongs. */
function findObstacles(
  target: PlacingTarget,
  current: HashedPath,
  steps: readonly PlacingStep[],
  options: PlanOptions,
): { inTheWay: string[]; foreign: KeptPath[] } {
  const odd = new Set(
    current.problems.flatMap(({ kind, path }) =>
      kind === 'link-to-folder' || kind === 'broken-link' || kind === 'special' ? [path] : [],
    ),
  );
  if (current.kind === 'other') odd.add('');
  if (odd.size === 0) return { inTheWay: [], foreign: [] };
  const found = new Set<string>();
  for (const step of steps) {
    if (step.act !== 'place') continue;
    for (const path of pathAndParents(step.path)) if (odd.has(path)) found.add(path);
  }
  // The listing of a folder without files wants the folder itself.
  if (target.folder && odd.has('')) found.add('');
  const inTheWay = [...found];
  const foreign = inTheWay.filter(path => !options.isCacheLink(path));
  return { inTheWay, foreign: foreign.map(path => ({ path, what: 'type-changed' })) };
}

function* pathAndParents(path: string): IterableIterator<string> {
  yield path;
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    yield path.slice(0, slash);
  if (path !== '') yield '';
}

/** The object of one file of an output. */
export function fileObject(target: PlacingTarget, md5: string): ObjectId {
  return { algorithm: target.object.algorithm, value: md5 };
}
