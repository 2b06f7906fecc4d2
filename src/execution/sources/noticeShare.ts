/**
 * How many folders one run may have watched. The system's notices are counted by user: what runs take, the editor and
 * other programs lack. All live runs together take half of them at most; folders beyond are looked at from time to time.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StorePath } from '../../runs/runPaths.ts';
import { storePaths } from '../../runs/runPaths.ts';

/** Runs of other projects may be live, too. */
const fewestRuns = 4;

/** Infinity where the system does not count. @param liveRuns This one included. */
export function noticeShare(mostOfUser: number | undefined, liveRuns: number): number {
  if (mostOfUser === undefined) return Infinity;
  return Math.floor(mostOfUser / 2 / Math.max(fewestRuns, liveRuns));
}

export function noticeShareOf(store: StorePath): number {
  return noticeShare(mostOfUser(), liveRuns(store));
}

function mostOfUser(): number | undefined {
  try {
    const most = Number(readFileSync('/proc/sys/fs/inotify/max_user_watches', 'utf8'));
    return Number.isFinite(most) ? most : undefined;
  } catch {
    return undefined;
  }
}

function liveRuns(store: StorePath): number {
  try {
    return readdirSync(join(storePaths(store).locks, 'live')).length;
  } catch {
    return 1;
  }
}
