/**
 * Tells of a declared output that lay there before whether the run wrote it. Invariant: only what is known to be
 * untouched is called so; in doubt it was written.
 */
import { lstat, readdir, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join, resolve } from 'node:path';

/** Absolute path of a file → what a write would change; taken before the command starts. */
export type OutputSights = ReadonlyMap<string, string>;

export async function sightOutputs(root: string, declared: readonly string[]): Promise<OutputSights> {
  const sights = new Map<string, string>();
  await Promise.all(
    declared.map(async path => {
      const place = resolve(root, path);
      const found = await stat(place).catch(() => undefined);
      if (found?.isFile() === true) sights.set(place, identityOf(found));
    }),
  );
  return sights;
}

/**
 * @param sights Undefined where nobody looked before the start; then, and for folders, the times tell.
 * @param before Milliseconds since the epoch: what changed no later is from before the run.
 */
export async function wasLeftAlone(
  path: string,
  sights: OutputSights | undefined,
  before: number,
): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return isOldFolder(path, before);
  if (found?.isFile() !== true) return false;
  return sights === undefined ? isOld(found, before) : sights.get(path) === identityOf(found);
}

/** Tools that set a time back cannot set back the time of the change itself. */
function identityOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
}

function isOld({ mtimeMs, ctimeMs }: Stats, before: number): boolean {
  return Math.max(mtimeMs, ctimeMs) < before;
}

/** Every file and folder in it, so that what was removed tells, too. Stops at the first that is not. */
async function isOldFolder(folder: string, before: number): Promise<boolean> {
  const own = await lstat(folder).catch(() => undefined);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (own === undefined || entries === undefined || (!own.isSymbolicLink() && !isOld(own, before)))
    return false;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!(await isOldFolder(path, before))) return false;
      continue;
    }
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && !isOld(found, before)) return false;
  }
  return true;
}
