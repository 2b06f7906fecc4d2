/**
 * When a file's numbers prove that its content is the one that was hashed. A file system counts time in ticks: what
 * changes twice within one has the same numbers before and after. So a hash is believed later only when the file was
 * last changed well before it was read, by the clock of the file system itself, which may differ from ours and go
 * back: what lies in its future is never believed.
 */
import { closeSync, fstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readStat } from '../walk/fileColumns.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';

/** Two ticks of the slowest clock of Linux kernels (100 Hz); others count finer. */
const tickMs = 20;
/** FAT counts in two seconds, HFS+ and some network file systems in one. */
const coarseTickMs = 2_000;

/** Milliseconds since the epoch, as the file system of `folder` (made if need be) stamps a file now; our clock where nothing can be written. */
export function fileSystemTime(folder: string): number {
  const probe = join(folder, ownTemporary());
  try {
    mkdirSync(folder, { recursive: true });
    const fd = openSync(probe, 'wx');
    try {
      return fstatSync(fd).mtimeMs;
    } finally {
      closeSync(fd);
      rmSync(probe, { force: true });
    }
  } catch {
    return Date.now();
  }
}

/** Whether the file at `index` was last changed so long before `readAt` that a later change shows. */
export function isSettled(stats: Float64Array, index: number, readAt: number): boolean {
  const last = Math.max(readStat(stats, index, 'changed'), readStat(stats, index, 'modified'));
  return last < readAt - (last % 1_000 === 0 ? coarseTickMs : tickMs);
}
