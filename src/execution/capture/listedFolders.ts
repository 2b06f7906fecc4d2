/**
 * Folders of the project without a file of the snapshot that a program looked through, and in which there are files from
 * before the run that it did not open: their names may have decided something, and nobody recorded them.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isBelow } from './ignoredPaths.ts';

export interface ListedQuestion {
  readonly root: string;
  /** Absolute: whose entries were asked for. */
  readonly listed: readonly string[];
  /** Files and folders that are known as inputs or outputs of the run. Absolute. */
  readonly known: readonly string[];
  readonly ignored: (path: string) => boolean;
  /** Whether the code snapshot has a file below this folder, relative to the root. */
  readonly hasSnapshotFiles: (folder: string) => boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly signal?: AbortSignal | undefined;
}

const mostFolders = 50;
const mostEntries = 1000;

/** Relative to the root, sorted. Rejects only when aborted. */
export async function listedFolders(question: ListedQuestion): Promise<string[]> {
  const { root, listed, known, ignored, hasSnapshotFiles, startedAt, signal } = question;
  const files = new Set(known);
  const found: string[] = [];
  for (const folder of listed) {
    signal?.throwIfAborted();
    if (found.length >= mostFolders) break;
    const name = relative(root, folder).split(sep).join('/');
    if (folder === root || !isBelow(folder, root) || ignored(join(folder, 'entry')) || hasSnapshotFiles(name))
      continue;
    if (known.some(one => isBelow(folder, one))) continue;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.slice(0, mostEntries)) {
      const path = join(folder, entry.name);
      if (!entry.isFile() || ignored(path) || files.has(path)) continue;
      const { mtimeMs = Infinity } = (await stat(path).catch(() => undefined)) ?? {};
      if (mtimeMs >= startedAt) continue;
      found.push(name);
      break;
    }
  }
  return found.sort();
}
