/**
 * A data set of a million files is one input, not a million. Files outside the project that lie together in great
 * number are told as their folder, with the list of what was read of it.
 */
import { dirname } from 'node:path';
import type { SeenRead } from './readSeen.ts';

export interface CollapsedRead extends SeenRead {
  /** For a folder: the files in it that were read, paths within it, forward slashes, sorted. */
  readonly files?: readonly { readonly path: string; readonly size: number }[];
}

/** So many files of one folder become the folder. */
const mostFilesPerFolder = 200;
/** So many folders of one folder become that one. */
const mostFoldersPerFolder = 8;

/** @param isInside Files of the project itself are fewer, and each of them matters: ten times the number is kept. */
export function collapseFolders(
  reads: readonly SeenRead[],
  isInside: (path: string) => boolean,
): CollapsedRead[] {
  const perFolder = new Map<string, SeenRead[]>();
  for (const read of reads) {
    const folder = dirname(read.path);
    const list = perFolder.get(folder);
    if (list === undefined) perFolder.set(folder, [read]);
    else list.push(read);
  }
  const single: CollapsedRead[] = [];
  let folders = new Map<string, SeenRead[]>();
  for (const [folder, files] of perFolder) {
    const most = isInside(folder) ? mostFilesPerFolder * 10 : mostFilesPerFolder;
    if (files.length > most) folders.set(folder, files);
    else single.push(...files);
  }
  // Class folders of one data set: up, as long as many lie side by side.
  for (;;) {
    const parents = new Map<string, string[]>();
    for (const folder of folders.keys())
      parents.set(dirname(folder), [...(parents.get(dirname(folder)) ?? []), folder]);
    const crowded = [...parents].filter(
      ([parent, children]) => children.length > mostFoldersPerFolder && dirname(parent) !== parent,
    );
    if (crowded.length === 0) break;
    const next = new Map(folders);
    for (const [parent, children] of crowded) {
      const files = next.get(parent) ?? [];
      for (const child of children) {
        files.push(...(folders.get(child) ?? []));
        next.delete(child);
      }
      next.set(parent, files);
    }
    folders = next;
  }
  for (const [folder, files] of folders) single.push(describe(folder, files));
  return single;
}

function describe(folder: string, reads: readonly SeenRead[]): CollapsedRead {
  const files = reads
    .map(({ path, size }) => ({ path: path.slice(folder.length + 1).replaceAll('\\', '/'), size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    path: folder,
    size: files.reduce((sum, file) => sum + file.size, 0),
    modifiedAt: reads.reduce((newest, { modifiedAt }) => Math.max(newest, modifiedAt), 0),
    files,
  };
}
