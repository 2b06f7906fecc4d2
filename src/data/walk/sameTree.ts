/**
 * The files of a folder, where they still are just those of the state: what a walk would find, for a third of its
 * cost. Whatever is out of the ordinary (a name more or less, a link to a folder, rules of ignoring) is left to the
 * walk.
 */
import type { KnownHashes } from '../hash/hashStateFile.ts';
import { markEvery } from '../hash/hashStateFile.ts';
import { joinPaths } from '../workers/dataJobs.ts';
import type { DataPool } from '../workers/dataPool.ts';
import { shareBatches } from '../workers/shareBatches.ts';
import { compareBatch, countBatch } from './compareBatch.ts';
import type { JobMeter } from '../workers/jobMeter.ts';
import { statWidth, type FileColumns } from './fileColumns.ts';

/** Names that are counted in one go. */
const namesAtOnce = 2_000;

/** @param folder Absolute, without a slash behind it. Undefined where the folder must be walked. */
export async function sameTree(
  folder: string,
  known: KnownHashes,
  pool: DataPool,
  meter: JobMeter,
): Promise<FileColumns | undefined> {
  const { shared } = known;
  if (shared === undefined || shared.count === 0) return undefined;
  const root = `${folder}/`;
  const { bytes: state, count, statsAt, marks } = shared;
  const parts = Array.from({ length: marks.length - 1 }, (_, part) => {
    const from = part * markEvery;
    const to = Math.min(count, from + markEvery);
    // Between the names of two parts lies a NUL.
    const namesTo = (marks[part + 1] ?? 0) - (to === count ? 0 : 1);
    return { root, state, from, to, namesFrom: marks[part] ?? 0, namesTo, statsAt };
  });
  const compared = await shareBatches(pool, 'compare', parts, compareBatch, meter);
  if (compared.some(part => part.otherTree)) return undefined;
  const expected = new Map<string, number>([['', 0]]);
  const add = (path: string, names: number): void => {
    const before = expected.get(path);
    expected.set(path, (before ?? 0) + names);
    // A folder that is met for the first time is a name in the one around it.
    if (before === undefined) add(path.slice(0, path.lastIndexOf('/', path.length - 2) + 1), 1);
  };
  for (const { folders, counts } of compared)
    for (const [index, path] of folders.split('\0').entries()) add(path, counts[index] ?? 0);
  const folders = portions(expected);
  const counted = await shareBatches(
    pool,
    'count',
    // The folder itself has no name below itself, and joined texts have no place for an empty one.
    folders.map(paths => ({ root, folders: joinPaths(paths.map(path => `./${path}`)) })),
    countBatch,
    meter,
  );
  const asExpected = folders.every((paths, part) =>
    paths.every((path, index) => counted[part]?.counts[index] === expected.get(path)),
  );
  if (!asExpected) return undefined;
  return withNames(known, patched(known.columns.stats, compared));
}

function portions(expected: ReadonlyMap<string, number>): string[][] {
  const made: string[][] = [];
  let room = 0;
  for (const [path, names] of expected) {
    if (room <= 0) {
      made.push([]);
      room = namesAtOnce;
    }
    made.at(-1)?.push(path);
    room -= names + 1;
  }
  return made;
}

function patched(
  stats: Float64Array,
  compared: readonly { readonly changed: Float64Array; readonly changedStats: Float64Array }[],
): Float64Array {
  if (compared.every(({ changed }) => changed.length === 0)) return stats;
  const now = stats.slice();
  for (const { changed, changedStats } of compared)
    for (const [place, index] of changed.entries())
      now.set(changedStats.subarray(place * statWidth, (place + 1) * statWidth), index * statWidth);
  return now;
}

function withNames({ columns }: KnownHashes, stats: Float64Array): FileColumns {
  return {
    get paths() {
      return columns.paths;
    },
    stats,
  };
}
