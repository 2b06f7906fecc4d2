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
  /** 32 hexadecimal digits → `lookWidth` numbers. */
  readonly #looks: ReadonlyMap<string, readonly number[]>;

  private constructor(looks: ReadonlyMap<string, readonly number[]>) {
    this.#looks = looks;
  }

  static async read(repository: DataRepository): Promise<LinkedObjects> {
    const known = isLinking(repository) ? await readKnownHashes(statePath(repository)) : undefined;
    const looks = new Map<string, readonly number[]>();
    if (known !== undefined) {
      const hex = hexOf(known.md5s);
      for (let index = 0; index < known.md5s.length / 16; index += 1)
        looks.set(
          hex.slice(index * 32, index * 32 + 32),
          (['inode', 'modified', 'size'] as const).map(field => readStat(known.columns.stats, index, field)),
        );
    }
    return new LinkedObjects(looks);
  }

  /** For a job: `lookWidth` numbers for each of 32 hexadecimal digits. */
  looksOf(hashes: readonly string[]): Float64Array {
    const numbers = new Float64Array(hashes.length * lookWidth);
    if (this.#looks.size > 0)
      for (const [index, hash] of hashes.entries())
        numbers.set(this.#looks.get(hash) ?? [], index * lookWidth);
    return numbers;
  }

  /** Whether the object looks otherwise than when it was proven. */
  isChanged(hash: string, found: Pick<Stats, 'ino' | 'mtimeMs' | 'size'>): boolean {
    return looksChanged(this.#looks.get(hash.slice(0, 32)) ?? [], 0, found);
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
  const looks = new Map<string, readonly [Float64Array, Uint8Array]>();
  const take = ({ columns: { stats }, md5s }: ProvenFiles, count: number): void => {
    const hex = hexOf(md5s);
    for (let index = 0; index < count; index += 1) {
      const isShared = readStat(stats, index, 'links') > 1 || readStat(stats, index, 'mode') >= linkFlag;
      if (!isShared || readStat(stats, index, 'inode') === 0) continue;
      const numbers = stats.slice(index * statWidth, (index + 1) * statWidth);
      // Written within this tick of the clock it may be written again without showing it: no time is the right one.
      if (!isSettledAt(readStat(numbers, 0, 'modified'), now)) numbers[statAt.modified] = 0;
      looks.set(hex.slice(index * 32, index * 32 + 32), [
        numbers,
        md5s.subarray(index * 16, index * 16 + 16),
      ]);
    }
  };
  const before = await readKnownHashes(statePath(repository));
  if (before !== undefined) take(before, before.md5s.length / 16);
  for (const files of proven) take(files, files.md5s.length / 16);
  if (looks.size === 0) return;
  const stats = new Float64Array(looks.size * statWidth);
  const md5s = new Uint8Array(looks.size * 16);
  for (const [index, [numbers, md5]] of [...looks.values()].entries()) {
    stats.set(numbers, index * statWidth);
    md5s.set(md5, index * 16);
  }
  await writeKnownHashes(statePath(repository), {
    columns: { paths: Array.from({ length: looks.size }, () => ''), stats },
    md5s,
    settled: new Uint8Array(looks.size).fill(1),
  });
}

/** Whether files of the working tree can be objects of the cache. */
export function isLinking({ settings: { linkTypes } }: DataRepository): boolean {
  return linkTypes.includes('hardlink') || linkTypes.includes('symlink');
}

function statePath({ stateFolder }: DataRepository): string {
  return join(stateFolder, 'hashes', 'linked.bin');
}
