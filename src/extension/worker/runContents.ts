/** What lies in a run folder beside the record itself: artifacts, models and media. Links are told, never followed. */
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaKinds, type MediaKind } from '../../protocol/mediaProtocol.ts';
import { listArtifacts } from '../../runs/listArtifacts.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import { MediaIndex } from './mediaIndex.ts';

/** More files are not counted: the tree lists them by folder. */
const countedFiles = 1000;
/** A larger file is only opened by who looks at it. */
const quickMediaBytes = 4 * 1024 * 1024;
const listedEntries = 500;

export interface RunContents {
  /** Files of `artifacts/` that a library logged; those of models not among them. */
  readonly artifacts: { readonly files: number; readonly bytes: number; readonly more: boolean };
  /** Undefined without media; no kinds where there is too much to look at quickly. */
  readonly media: { readonly kinds: readonly MediaKind[] } | undefined;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'folder' | 'file' | 'link';
  /** Bytes; 0 for a folder. */
  readonly size: number;
}

export async function runContents(paths: RunPaths, signal: AbortSignal): Promise<RunContents> {
  const [{ artifacts, more }, media] = await Promise.all([
    listArtifacts(paths, { limit: countedFiles, signal }),
    mediaOf(paths.media),
  ]);
  const files = artifacts.filter(({ path }) => path.startsWith('artifacts/'));
  return {
    artifacts: { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), more },
    media,
  };
}

/** @param folder Relative to the run folder, forward slashes. Folders first; what cannot be read is left out. */
export async function folderEntries(
  { dir }: RunPaths,
  folder: string,
): Promise<{ readonly entries: readonly FolderEntry[]; readonly total: number }> {
  const found = await readdir(join(dir, folder), { withFileTypes: true }).catch(() => []);
  const sorted = found.sort(
    (a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1),
  );
  const entries = await Promise.all(
    sorted.slice(0, listedEntries).map(async (entry): Promise<FolderEntry[]> => {
      if (entry.isDirectory()) return [{ name: entry.name, kind: 'folder', size: 0 }];
      if (!entry.isFile() && !entry.isSymbolicLink()) return [];
      const stats = await lstat(join(dir, folder, entry.name)).catch(() => undefined);
      if (stats === undefined) return [];
      return [{ name: entry.name, kind: entry.isFile() ? 'file' : 'link', size: stats.size }];
    }),
  );
  return { entries: entries.flat(), total: found.length };
}

async function mediaOf(path: string): Promise<RunContents['media']> {
  const size = await stat(path).then(
    found => found.size,
    () => 0,
  );
  if (size === 0) return undefined;
  if (size > quickMediaBytes) return { kinds: [] };
  const index = new MediaIndex(path);
  await index.read();
  const present = new Set(index.cards().map(({ kind }) => kind));
  return { kinds: mediaKinds.filter(kind => present.has(kind)) };
}
