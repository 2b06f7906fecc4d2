/**
 * Many files with the numbers that the system keeps of them, in columns. Milliseconds are exact to a quarter of a
 * microsecond (a double of this century), inode numbers to 53 bits: both only ever compared for equality, and asking
 * for BigInts takes half as long again.
 */
import type { Stats } from 'node:fs';

/** Numbers for each file: `inode`, `modified` and `changed` (ms since the epoch), `size`, `mode`, `links`. */
export const statWidth = 6;
export const statAt = { inode: 0, modified: 1, changed: 2, size: 3, mode: 4, links: 5 } as const;

/** Added to the mode of a symbolic link to a file; the other numbers are then those of the file. */
export const linkFlag = 0x10000;

export interface FileColumns {
  /** Relative to the folder, forward slashes, sorted by code point. */
  readonly paths: readonly string[];
  /** `statWidth` numbers for each path. */
  readonly stats: Float64Array;
}

export function writeStat(stats: Float64Array, index: number, of: Stats, flags = 0): void {
  const at = index * statWidth;
  stats[at] = of.ino;
  stats[at + 1] = of.mtimeMs;
  stats[at + 2] = of.ctimeMs;
  stats[at + 3] = of.size;
  stats[at + 4] = of.mode + flags;
  stats[at + 5] = of.nlink;
}

export function readStat(stats: Float64Array, index: number, field: keyof typeof statAt): number {
  return stats[index * statWidth + statAt[field]] ?? 0;
}
