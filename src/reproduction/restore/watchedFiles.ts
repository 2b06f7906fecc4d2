/**
 * Whether the outputs of the original that lie in the workspace are the same files after a reproduction as before: for
 * systems on which nothing keeps a program from writing over them. Told by identity, size and times, content unread.
 */
import { lstat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { listFolder } from '../../execution/capture/hashFolder.ts';
import type { FileUse } from '../../runs/captured.ts';
import { isInside } from './relocatePaths.ts';

export interface WatchedFile {
  /** Absolute. */
  readonly path: string;
  /** As {@link identityOf} wrote it. */
  readonly was: string;
}

export interface TouchedFile {
  /** Absolute. */
  readonly path: string;
  /** `refused`: it was tried, and did not happen. */
  readonly how: 'refused' | 'overwritten' | 'deleted' | 'written';
  /** It lies outside the workspace: something that the run read. */
  readonly isInput?: boolean;
}

const mostFiles = 20_000;

/** @param roots The workspace by every name under which outputs were recorded. Absolute. */
export async function watchFiles(
  outputs: readonly FileUse[],
  roots: readonly string[],
  signal: AbortSignal,
): Promise<WatchedFile[]> {
  const watched = new Map<string, string>();
  const add = async (path: string): Promise<void> => {
    const was = watched.size < mostFiles ? await identityOf(path) : undefined;
    if (was !== undefined) watched.set(path, was);
  };
  for (const output of outputs)
    for (const path of isAbsolute(output.path) ? [output.path] : roots.map(root => join(root, output.path))) {
      signal.throwIfAborted();
      if (!roots.some(root => isInside(path, root))) continue;
      const found = await lstat(path).catch(() => undefined);
      if (found?.isDirectory() !== true) await add(path);
      else
        for (const file of (await listFolder(path, mostFiles, signal)).files)
          await add(join(path, file.path));
    }
  return [...watched].map(([path, was]) => ({ path, was }));
}

export async function touchedFiles(watched: readonly WatchedFile[]): Promise<TouchedFile[]> {
  const touched: TouchedFile[] = [];
  for (const { path, was } of watched) {
    const now = await identityOf(path);
    if (now === undefined) touched.push({ path, how: 'deleted' });
    else if (!isSame(was, now)) touched.push({ path, how: 'overwritten' });
  }
  return touched;
}

/** Device, number, size, time of the content, then links and time of the change. Undefined where there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const { dev, ino, size, mtimeNs, nlink, ctimeNs } = found;
  return [dev, ino, size, mtimeNs, nlink, ctimeNs].join(' ');
}

/** Whoever makes or removes another name of a file changes its second time, and nothing of it. */
function isSame(was: string, now: string): boolean {
  const [before, after] = [was.split(' '), now.split(' ')];
  const equal = (at: number): boolean => before[at] === after[at];
  return [0, 1, 2, 3].every(equal) && (!equal(4) || equal(5));
}
