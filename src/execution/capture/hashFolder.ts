/** Content hashes of folders. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../../base/sha256OfFile.ts';

export interface FolderListing {
  /** Paths within the folder, forward slashes, sorted; sizes in bytes. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly size: number;
  /** There were more files than are listed. */
  readonly cut: boolean;
}

/** All files below `folder`, links followed only to files. Unreadable parts are left out. */
export async function listFolder(
  folder: string,
  most = 200_000,
  signal?: AbortSignal,
): Promise<FolderListing> {
  const files: { path: string; size: number }[] = [];
  const waiting = [''];
  let cut = false;
  while (waiting.length > 0 && !cut) {
    signal?.throwIfAborted();
    const below = waiting.pop() ?? '';
    for (const entry of await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        waiting.push(path);
        continue;
      }
      const found = await stat(join(folder, path)).catch(() => undefined);
      if (found?.isFile() !== true) continue;
      if (files.length >= most) cut = true;
      else files.push({ path, size: found.size });
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, size: files.reduce((sum, file) => sum + file.size, 0), cut };
}

/**
 * Hex sha256 of the names, sizes and contents of a folder's files. Rejects like {@link sha256OfFile}.
 * @param known Absolute path → sha256 of a file that was hashed a moment ago and is not read again.
 */
export async function hashFolderContents(
  folder: string,
  { files }: FolderListing,
  signal?: AbortSignal,
  known?: ReadonlyMap<string, string>,
): Promise<string> {
  const lines: { path: string; size: number }[] = [];
  for (const { path, size } of files) {
    const place = join(folder, path);
    const sha256 = known?.get(place) ?? (await sha256OfFile(place, signal));
    lines.push({ path: `${path}\u0000${sha256}`, size });
  }
  return hashListing(lines);
}

/** Hex sha256 of a sorted listing: one line `path NUL size` a file. Tells added, removed and resized files. */
export function hashListing(files: readonly { readonly path: string; readonly size: number }[]): string {
  const hash = createHash('sha256');
  for (const { path, size } of files) hash.update(`${path}\u0000${size}\n`);
  return hash.digest('hex');
}
