/**
 * When a file's numbers prove that its content is the one that was hashed. A file system counts time in ticks: what
 * changes twice within one has the same numbers before and after. So a hash is believed later only when the file was
 * last changed well before it was read, by the clock of the file system itself, which may differ from ours and go
 * back: what lies in its future is never believed.
 */
import { closeSync, fstatSync, mkdirSync, openSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { readStat } from '../walk/fileColumns.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';

/** Two ticks of the slowest clock of Linux kernels (100 Hz); others count finer. */
const tickMs = 20;
/** FAT counts in two seconds, HFS+ and some network file systems in one. */
const coarseTickMs = 2_000;

/** Milliseconds since the epoch, as the file system of `folder` (made if need be) stamps a file now; our clock where nothing can be written. */
export function fileSystemTime(folder: string): number {
  return probeFile(folder)?.mtimeMs ?? Date.now();
}

/** The mode of an ordinary new file, 0666 without what the umask takes. Asked by making one: `process.umask()` sets it for a moment, for all threads. */
export function newFileMode(folder: string): number {
  return (probeFile(folder)?.mode ?? 0o644) & 0o777;
}

function probeFile(folder: string): Stats | undefined {
  const probe = join(folder, ownTemporary());
  try {
    mkdirSync(folder, { recursive: true });
    const fd = openSync(probe, 'wx', 0o666);
    try {
      return fstatSync(fd);
    } finally {
      closeSync(fd);
      rmSync(probe, { force: true });
    }
  } catch {
    return undefined;
  }
}

/** Ms since the epoch; of content and attributes, whichever was later. */
export function lastChange(stats: Float64Array, index: number): number {
  return Math.max(readStat(stats, index, 'changed'), readStat(stats, index, 'modified'));
}

/** Whether what was last changed then, and read at `readAt`, cannot have changed since without showing it. */
export function isSettledAt(changed: number, readAt: number): boolean {
  return changed < readAt - (changed % 1_000 === 0 ? coarseTickMs : tickMs);
}
