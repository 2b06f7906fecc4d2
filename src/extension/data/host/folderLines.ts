/**
 * What a pinned folder holds, level by level: the files that its listing in the cache names, and those that lie on
 * disk. Nothing is hashed: whether a file on disk was modified is known from the status.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LockstepError } from '../../../base/lockstepError.ts';
import { systemErrorCode } from '../../../base/systemError.ts';
import { ObjectCache } from '../../../data/cache/objectCache.ts';
import type { FolderListing } from '../../../data/folderListing.ts';
import { isFolderObject } from '../../../data/objectId.ts';
import type { DataProject } from '../../../data/operations/dataProject.ts';
import { findOutput } from './findOutput.ts';
import type { FolderLine, FolderLines } from './dataRequests.ts';

export interface FolderQuestion {
  /** The pinned folder, relative to the project's root. */
  readonly output: string;
  /** Relative to the pinned folder, forward slashes; '' for its top. */
  readonly inside: string;
  readonly limit: number;
}

export async function folderLines(project: DataProject, question: FolderQuestion): Promise<FolderLines> {
  const { output, inside, limit } = question;
  const found = await findOutput(project, output);
  const object = found?.output.object;
  const listing =
    found !== undefined && object !== undefined && isFolderObject(object)
      ? await readIfThere(ObjectCache.of(found.repository), object)
      : undefined;
  const lines = new Map<string, FolderLine>();
  const onDisk = await namesOnDisk(join(project.root, output, inside));
  for (const { name, folder } of onDisk) lines.set(name, { name, folder, state: 'unsaved' });
  for (const line of pinnedLines(listing, inside)) {
    const there = lines.has(line.name);
    lines.set(line.name, there ? line : { ...line, state: 'missing' });
  }
  const sorted = [...lines.values()].sort(
    (a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1),
  );
  return { lines: sorted.slice(0, limit), total: sorted.length, listingMissing: listing === undefined };
}

/** Children of `inside`: files with their hash, folders with the number of files below them. */
function pinnedLines(listing: FolderListing | undefined, inside: string): FolderLine[] {
  const prefix = inside === '' ? '' : `${inside}/`;
  const folders = new Map<string, number>();
  const lines: FolderLine[] = [];
  for (const { relativePath, md5 } of listing?.files ?? []) {
    if (!relativePath.startsWith(prefix)) continue;
    const rest = relativePath.slice(prefix.length);
    const slash = rest.indexOf('/');
    if (slash < 0) lines.push({ name: rest, folder: false, state: 'in-sync', pinned: `md5:${md5}` });
    else folders.set(rest.slice(0, slash), (folders.get(rest.slice(0, slash)) ?? 0) + 1);
  }
  for (const [name, files] of folders) lines.push({ name, folder: true, state: 'in-sync', files });
  return lines;
}

async function readIfThere(
  cache: ObjectCache,
  object: Parameters<ObjectCache['readListing']>[0],
): Promise<FolderListing | undefined> {
  try {
    return await cache.readListing(object);
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'object-not-in-cache') return undefined;
    throw error;
  }
}

async function namesOnDisk(folder: string): Promise<{ name: string; folder: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map(entry => ({ name: entry.name, folder: entry.isDirectory() }));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
