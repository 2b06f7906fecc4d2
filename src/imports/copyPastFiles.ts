/**
 * Copies the files that a past run kept (artifacts, models) into its record as far as they are small, and says what was
 * left where it is. Links are never followed: what they lead to need not belong to the run.
 */
import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorText } from '../base/systemError.ts';
import type { PastFiles } from './pastRun.ts';

/** Of all files of one run together. */
export const copyLimitBytes = 64 * 1024 * 1024;
export const copyLimitFiles = 10_000;
const deepest = 32;

interface Leftover {
  files: number;
  bytes: number;
}

/**
 * In the order of the names, each file that still fits. `dir` is the run folder.
 * Resolves with a warning for what was left out. Rejects when the copy cannot be written.
 */
export async function copyPastFiles(
  dir: string,
  all: readonly PastFiles[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const warnings: string[] = [];
  const left = { bytes: copyLimitBytes, files: copyLimitFiles };
  for (const { from, to } of all) {
    const over: Leftover = { files: 0, bytes: 0 };
    let links = 0;
    const unreadable: string[] = [];
    for await (const found of filesBelow(from, unreadable)) {
      signal?.throwIfAborted();
      if (found.kind === 'other') {
        links++;
        continue;
      }
      if (found.size > left.bytes || left.files === 0) {
        over.files++;
        over.bytes += found.size;
        continue;
      }
      const target = join(dir, ...to.split('/'), ...found.parts);
      await mkdir(dirname(target), { recursive: true });
      try {
        await copyFile(found.path, target, constants.COPYFILE_FICLONE);
      } catch (error) {
        if (await isReadable(found.path)) throw error;
        unreadable.push(`${found.parts.join('/')}: ${errorText(error)}`);
        continue;
      }
      left.bytes -= found.size;
      left.files--;
    }
    if (over.files > 0)
      warnings.push(
        `${over.files} ${over.files === 1 ? 'file' : 'files'} (${Math.ceil(over.bytes / 1e6)} MB) of ${basename(to)} were not copied and are still in ${from}`,
      );
    if (links > 0) warnings.push(`${links} links in ${from} were not followed`);
    if (unreadable.length > 0)
      warnings.push(`${unreadable.length} of ${from} could not be read: ${unreadable[0] ?? ''}`);
  }
  return warnings;
}

type Found =
  | { readonly kind: 'file'; readonly path: string; readonly parts: readonly string[]; readonly size: number }
  | { readonly kind: 'other' };

async function* filesBelow(
  from: string,
  unreadable: string[],
  parts: readonly string[] = [],
): AsyncGenerator<Found> {
  const path = join(from, ...parts);
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (stats.isFile()) {
    yield { kind: 'file', path, parts, size: stats.size };
    return;
  }
  if (!stats.isDirectory() || parts.length > deepest) {
    yield { kind: 'other' };
    return;
  }
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    unreadable.push(errorText(error));
    return;
  }
  for (const name of names.sort()) yield* filesBelow(from, unreadable, [...parts, name]);
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
