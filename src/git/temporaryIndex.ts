/**
 * A copy of the person's index in which nothing is hidden from git: skip-worktree and assume-unchanged cleared,
 * split and sparse indexes expanded. The person's own index file is only ever read.
 */
import { lstatSync } from 'node:fs';
import { open, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../base/systemError.ts';
import { absolutePath, joinNul, type BytePath } from './bytePath.ts';
import { indexNotReadable } from './errors.ts';
import type { Repository } from './findRepository.ts';
import { readIndexFile, withoutHidingFlags, type IndexEntry } from './indexFile.ts';
import { runGit, type GitContext } from './runGit.ts';

export interface TemporaryIndex {
  readonly file: string;
  /** As the person's index has them, flags included. */
  readonly entries: readonly IndexEntry[];
  /**
   * Tracked files over the limit that may have changed. They are taken out of the copy, because git would read them
   * from end to end only to find out whether they did.
   */
  readonly largeChanged: readonly BytePath[];
}

/** `folder` receives the copy; `fileBytes` is the size above which a touched file is not read. */
export async function temporaryIndex(
  context: GitContext,
  repository: Repository,
  folder: string,
  fileBytes: number,
): Promise<TemporaryIndex> {
  const file = join(folder, 'index');
  const source = await readWithTime(join(repository.gitDir, 'index'));
  if (source === undefined) return { file, entries: [], largeChanged: [] };
  let { bytes, time } = source;
  let index = readIndexFile(bytes, repository.idBytes);
  if (index === undefined || index.needsExpansion) {
    await writeWithTime(file, bytes, time);
    await runGit({ ...context, indexFile: file }, ['update-index', '--force-write-index']);
    const expanded = await readWithTime(file);
    if (expanded !== undefined) ({ bytes, time } = expanded);
    index = readIndexFile(bytes, repository.idBytes);
    if (index === undefined) throw indexNotReadable(repository.root);
  }
  await writeWithTime(file, withoutHidingFlags(bytes, index, repository.idBytes), time);
  const largeChanged = index.entries
    .filter(entry => entry.size > fileBytes && mayHaveChanged(repository.root, entry))
    .map(entry => entry.path);
  if (largeChanged.length > 0)
    await runGit({ ...context, indexFile: file }, ['update-index', '--force-remove', '-z', '--stdin'], {
      input: joinNul(largeChanged),
    });
  return { file, entries: index.entries, largeChanged };
}

function mayHaveChanged(root: string, entry: IndexEntry): boolean {
  const stats = lstatSync(absolutePath(root, entry.path), { bigint: true, throwIfNoEntry: false });
  return (
    stats !== undefined &&
    (Number(stats.size % 2n ** 32n) !== entry.size ||
      Number(stats.mtimeNs / 1_000_000_000n) !== entry.modifiedSeconds ||
      (entry.modifiedNanoseconds !== 0 &&
        Number(stats.mtimeNs % 1_000_000_000n) !== entry.modifiedNanoseconds))
  );
}

async function readWithTime(path: string): Promise<{ bytes: Buffer; time: Date } | undefined> {
  try {
    // One handle, because git replaces the file by renaming: time and bytes must be of the same one.
    const handle = await open(path, 'r');
    try {
      return { time: (await handle.stat()).mtime, bytes: await handle.readFile() };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Git takes a file whose time is not older than the index's for possibly changed, and reads it. A copy with a newer
 * time would hide edits made in the same instant as the index was written; a whole millisecond less errs to safety.
 */
async function writeWithTime(path: string, bytes: Buffer, time: Date): Promise<void> {
  await writeFile(path, bytes);
  const safe = new Date(Math.floor(time.getTime()) - 1);
  await utimes(path, safe, safe);
}
