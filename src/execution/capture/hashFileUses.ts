/** The content of what a run read and wrote, as hashes: as long as the disk needs, after what is known at once. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sha256OfFile } from '../../base/sha256OfFile.ts';
import { errorText } from '../../base/systemError.ts';
import type { FileUse } from '../../runs/captured.ts';
import { sameTime } from './earlierUses.ts';

/**
 * Adds the content hashes of files, two at a time. A file that changed since it was listed (an input: since it was
 * read) gets none, and a `problem` that says so. Rejects only when aborted.
 * @param onHashed Called with each finished list, so that a long job can be written down in between.
 */
export async function hashFileUses(
  uses: readonly FileUse[],
  options: {
    readonly root: string;
    readonly signal?: AbortSignal | undefined;
    /** Files above this are not hashed, and say so. Default: no limit. */
    readonly limitBytes?: number;
    readonly onHashed?: (done: number, total: number) => void;
  },
): Promise<FileUse[]> {
  const results = [...uses];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < uses.length) {
      const index = next++;
      const use = uses[index];
      if (use === undefined) continue;
      options.signal?.throwIfAborted();
      results[index] = await hashed(use, options);
      options.onHashed?.(++done, uses.length);
    }
  };
  await Promise.all([work(), work()]);
  return results;
}

async function hashed(
  use: FileUse,
  {
    root,
    signal,
    limitBytes = Infinity,
  }: { root: string; signal?: AbortSignal | undefined; limitBytes?: number },
): Promise<FileUse> {
  if (use.sha256 !== undefined || use.problem !== undefined || use.size === undefined) return use;
  if (use.size > limitBytes) return { ...use, problem: 'too large to be hashed' };
  const path = resolve(root, use.path);
  try {
    const sha256 = await sha256OfFile(path, signal);
    const after = await stat(path);
    const same = after.size === use.size && sameTime(after.mtimeMs, use.modifiedAt);
    return same ? { ...use, sha256 } : { ...use, problem: 'changed while it was hashed' };
  } catch (error) {
    signal?.throwIfAborted();
    return { ...use, problem: errorText(error) };
  }
}
