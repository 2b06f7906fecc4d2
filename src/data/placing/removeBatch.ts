/** Removes a batch of files in a thread, each only while it is still what was looked at, and folders that get empty by that. */
import { rmdirSync, unlinkSync } from 'node:fs';
import { systemErrorCode } from '../../base/systemError.ts';
import { splitPaths, type FileFailure } from '../workers/dataJobs.ts';
import { fileFailure, ownFailure } from '../workers/fileFailure.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { statAt, statWidth } from '../walk/fileColumns.ts';
import { statOne } from '../walk/statBatch.ts';

export interface RemoveBatch {
  /** Absolute folder with a slash behind it. */
  readonly root: string;
  readonly paths: string;
  /** `statWidth` numbers for each file, as it was when it was found to be saved elsewhere; all zeros: as it may be. */
  readonly before: Float64Array;
}

export interface RemovedBatch {
  readonly failures: readonly FileFailure[];
}

export function removeBatch(
  { root, paths: joined, before }: RemoveBatch,
  counter: MeterCounter,
): RemovedBatch {
  const failures: FileFailure[] = [];
  for (const [index, path] of splitPaths(joined).entries()) {
    if (counter.stopped) break;
    try {
      refuseChanged(root + path, before, index);
      unlinkSync(root + path);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') failures.push(fileFailure(index, error));
    }
    counter.add(1, 0);
  }
  return { failures };
}

const now = new Float64Array(statWidth);

/** Throws `changed` where the file is not the one of which `before` tells; the time of change alone is no change (a new link). */
export function refuseChanged(path: string, before: Float64Array, index: number): void {
  const at = index * statWidth;
  if (before[at] === 0 && before[at + statAt.mode] === 0) return;
  const kind = statOne(path, now, 0);
  if (kind === 'none') return;
  for (const field of [statAt.inode, statAt.modified, statAt.size])
    if (now[field] !== before[at + field]) throw ownFailure('changed', 'it was changed a moment ago');
}

/** Removes `folder` and those above it, up to `root`, as long as they are empty. */
export function removeEmptyFolders(root: string, folder: string): void {
  for (let here = folder; here !== ''; here = here.slice(0, Math.max(0, here.lastIndexOf('/'))))
    try {
      rmdirSync(`${root}/${here}`);
    } catch {
      return;
    }
}
