/**
 * How objects looked that the working tree shares with the cache (`cache.type` hardlink or symlink): whoever edits such
 * a file in place, as root through its mode, writes into the object. An object that looks otherwise than when it was
 * last proven is hashed before it is believed again. Only ever a doubt: what is not known here is not held against an
 * object.
 */
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { DataRepository } from '../dataRepository.ts';
import { hexOf } from '../hash/hashedPath.ts';
import { readKnownHashes, writeKnownHashes } from '../hash/hashStateFile.ts';
import { fileSystemTime, isSettledAt } from '../hash/settledTime.ts';
import { linkFlag, readStat, statAt, statWidth, type FileColumns } from '../walk/fileColumns.ts';

/** Numbers for each object in a job: `inode`, `modified`, `size` as last proven; zeros where nothing is known. */
export const lookWidth = 3;

/** Files of the working tree whose content was proven to have these hashes. */
export interface ProvenFiles {
  readonly columns: FileColumns;
  /** 16 bytes for each path. */
  readonly md5s: Uint8Array;
}

export class LinkedObjects {
  /** 32 hexadecimal digits → place in the numbers. */
  readonly #places: ReadonlyMap<string, number>;
  /** `statWidth` numbers for each place. */
  readonly #stats: Float64Array;

  private constructor(places: ReadonlyMap<string, number>, stats: Float64Array) {
    this.#places = places;
    this.#stats = stats;
  }

  static async read(repository: DataRepository): Promise<LinkedObjects> {
    const known = isLinking(repository) ? await readKnownHashes(statePath(repository)) : undefined;
    const places = new Map<string, number>();
    if (known !== undefined) {
      const hex = hexOf(known.md5s);
      for (let index = 0; index < known.md5s.length / 16; index += 1)
        places.set(hex.slice(index * 32, index * 32 + 32), index);
    }
    return new LinkedObjects(places, known?.columns.stats ?? new Float64Array(0));
  }

  /** For a job: `lookWidth` numbers for each of 32 hexadecimal digits. */
  looksOf(hashes: readonly string[]): Float64Array {
    const numbers = new Float64Array(hashes.length * lookWidth);
    if (this.#places.size > 0)
      for (let index = 0; index < hashes.length; index += 1) this.#write(hashes[index] ?? '', numbers, index);
    return numbers;
  }

  /** Whether the object looks otherwise than when it was proven. */
  isChanged(hash: string, found: Pick<Stats, 'ino' | 'mtimeMs' | 'size'>): boolean {
    const look = new Float64Array(lookWidth);
    this.#write(hash.slice(0, 32), look, 0);
    return looksChanged(look, 0, found);
  }

  #write(hash: string, looks: Float64Array, index: number): void {
    const place = this.#places.get(hash);
    if (place === undefined) return;
    looks[index * lookWidth] = readStat(this.#stats, place, 'inode');
    looks[index * lookWidth + 1] = readStat(this.#stats, place, 'modified');
    looks[index * lookWidth + 2] = readStat(this.#stats, place, 'size');
  }
}

/** `looks`: as of `looksOf`. */
export function looksChanged(
  looks: ArrayLike<number>,
  index: number,
  found: Pick<Stats, 'ino' | 'mtimeMs' | 'size'>,
): boolean {
  const at = index * lookWidth;
  if (looks[at] !== found.ino) return false;
  return looks[at + 1] !== found.mtimeMs || looks[at + 2] !== found.size;
}

/** Adds to what is known; to be called under `withDvcLock`. Files that share nothing with the cache are passed over. */
export async function rememberLinked(
  repository: DataRepository,
  proven: readonly ProvenFiles[],
): Promise<void> {
  if (!isLinking(repository)) return;
  const now = fileSystemTime(repository.stateFolder);
  const before = await readKnownHashes(statePath(repository));
  const all = before === undefined ? proven : [before, ...proven];
  const most = all.reduce((sum, { md5s }) => sum + md5s.length / 16, 0);
  const stats = new Float64Array(most * statWidth);
  const md5s = new Uint8Array(most * 16);
  const places = new Map<string, number>();
  for (const one of all) {
    const hex = hexOf(one.md5s);
    for (let index = 0; index < one.md5s.length / 16; index += 1) {
      const from = one.columns.stats;
      const isShared = readStat(from, index, 'links') > 1 || readStat(from, index, 'mode') >= linkFlag;
      if (!isShared || readStat(from, index, 'inode') === 0) continue;
      const value = hex.slice(index * 32, index * 32 + 32);
      const place = places.get(value) ?? places.size;
      places.set(value, place);
      const at = place * statWidth;
      for (let field = 0; field < statWidth; field += 1)
        stats[at + field] = from[index * statWidth + field] ?? 0;
      // Written within this tick of the clock it may be written again without showing it: no time is the right one.
      if (!isSettledAt(readStat(stats, place, 'modified'), now)) stats[at + statAt.modified] = 0;
      for (let byte = 0; byte < 16; byte += 1) md5s[place * 16 + byte] = one.md5s[index * 16 + byte] ?? 0;
    }
  }
  const count = places.size;
  if (count === 0) return;
  await writeKnownHashes(statePath(repository), {
    columns: { paths: Array.from({ length: count }, () => ''), stats: stats.subarray(0, count * statWidth) },
    md5s: md5s.subarray(0, count * 16),
    settled: new Uint8Array(count).fill(1),
  });
}

/** Whether files of the working tree can be objects of the cache. */
export function isLinking({ settings: { linkTypes } }: DataRepository): boolean {
  return linkTypes.includes('hardlink') || linkTypes.includes('symlink');
}

function statePath({ stateFolder }: DataRepository): string {
  return join(stateFolder, 'hashes', 'linked.bin');
}
