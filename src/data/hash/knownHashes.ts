/** Compares files as they are now with what is known of them: which hashes still hold. */
import { readStat, statAt, statWidth, type FileColumns } from '../walk/fileColumns.ts';
import type { KnownHashes } from './hashStateFile.ts';

export interface Recall {
  /** 16 bytes for each path; zeros where nothing is known. */
  readonly md5s: Uint8Array;
  readonly settled: Uint8Array;
  /** Indexes that must be hashed. */
  readonly unknown: readonly number[];
  /**
   * Indexes whose file only had another name or another link since: everything but the time of change is as it was.
   * Their hash in `md5s` holds if they still are the object of that name in the cache.
   */
  readonly relinked: readonly number[];
  /** Value of the listing, where nothing at all has changed. */
  readonly listing?: string;
}

/** @param sameTree Whether the paths are known to be those of the state. */
export function recallHashes(now: FileColumns, known: KnownHashes | undefined, sameTree?: boolean): Recall {
  const count = now.stats.length / statWidth;
  if (known === undefined) {
    const unknown = Array.from({ length: count }, (_, index) => index);
    return { md5s: new Uint8Array(16 * count), settled: new Uint8Array(count), unknown, relinked: [] };
  }
  const samePaths = sameTree ?? equalPaths(now.paths, known.columns.paths);
  if (samePaths && nothingChanged(now.stats, known))
    return {
      md5s: known.md5s,
      settled: known.settled,
      unknown: [],
      relinked: [],
      ...(known.listing === undefined ? {} : { listing: known.listing }),
    };
  return recallSome(now, known, samePaths);
}

function recallSome(now: FileColumns, known: KnownHashes, samePaths: boolean): Recall {
  const count = now.stats.length / statWidth;
  const md5s = new Uint8Array(16 * count);
  const settled = new Uint8Array(count);
  const unknown: number[] = [];
  const relinked: number[] = [];
  const places = samePaths ? undefined : new Map(known.columns.paths.map((path, index) => [path, index]));
  for (let index = 0; index < count; index += 1) {
    const before = places === undefined ? index : (places.get(now.paths[index] ?? '') ?? -1);
    const found = before === -1 ? 'other' : sameNumbers(now.stats, index, known.columns.stats, before);
    if (found === 'other' || known.settled[before] !== 1) {
      unknown.push(index);
      continue;
    }
    md5s.set(known.md5s.subarray(before * 16, before * 16 + 16), index * 16);
    if (found === 'same') settled[index] = 1;
    else relinked.push(index);
  }
  return { md5s, settled, unknown, relinked };
}

function nothingChanged(stats: Float64Array, known: KnownHashes): boolean {
  const before = known.columns.stats;
  for (let at = 0; at < stats.length; at += statWidth)
    if (
      stats[at] !== before[at] ||
      stats[at + 1] !== before[at + 1] ||
      stats[at + 2] !== before[at + 2] ||
      stats[at + 3] !== before[at + 3]
    )
      return false;
  return !known.settled.includes(0);
}

/** `relinked`: all but the time of change, of a file with several names, then or now. */
function sameNumbers(
  now: Float64Array,
  index: number,
  before: Float64Array,
  place: number,
): 'same' | 'relinked' | 'other' {
  for (const field of [statAt.inode, statAt.modified, statAt.size])
    if (now[index * statWidth + field] !== before[place * statWidth + field]) return 'other';
  if (readStat(now, index, 'changed') === readStat(before, place, 'changed')) return 'same';
  const links = Math.max(readStat(now, index, 'links'), readStat(before, place, 'links'));
  return links > 1 ? 'relinked' : 'other';
}

function equalPaths(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
