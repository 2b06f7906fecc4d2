/**
 * Every file, link and folder that a reproduction puts below its layout, or takes away there, goes through here. Records
 * travel, and the snapshot of one may hold links: what is written or deleted lies below the layout by its real path, and
 * never in a git folder, whatever the links say.
 */
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { pathLeavesCheckout } from '../../git/errors.ts';
import { isInside } from './relocatePaths.ts';

/**
 * The place of `path` (absolute) by the real path of its folder, which is made when missing. What lies there already is
 * not looked at: create without following (`wx`, `COPYFILE_EXCL`), or remove. Rejects with `path-leaves-checkout`.
 * @param base Of the layout. Absolute.
 */
export async function placeInCheckout(base: string, path: string): Promise<string> {
  return join(await folderInCheckout(base, dirname(path)), basename(path));
}

/** The real path of `folder` (absolute), which is made when missing. Rejects with `path-leaves-checkout`. */
export async function folderInCheckout(base: string, folder: string): Promise<string> {
  const there = await realFolder(base, folder);
  if (there !== undefined) return there;
  const made = join(await folderInCheckout(base, dirname(folder)), basename(folder));
  await mkdir(made).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  });
  return made;
}

/** Whether a link on the way to `path` (absolute) leads out of the layout, or nowhere. Changes nothing. */
export async function leadsOut(base: string, path: string): Promise<boolean> {
  try {
    let folder = dirname(path);
    while ((await realFolder(base, folder)) === undefined) folder = dirname(folder);
    return false;
  } catch {
    return true;
  }
}

/** Undefined where nothing is there. Rejects with `path-leaves-checkout`. */
async function realFolder(base: string, folder: string): Promise<string | undefined> {
  if (!isInside(folder, base)) throw pathLeavesCheckout(folder);
  try {
    const [real, root] = await Promise.all([realpath(folder), realpath(base)]);
    const parts = relative(root, real).split(sep);
    if (isInside(real, root) && !parts.some(part => part.toLowerCase() === '.git')) return real;
  } catch (error) {
    // A link that leads nowhere is there.
    if (systemErrorCode(error) === 'ENOENT' && !(await isThere(folder))) return undefined;
  }
  throw pathLeavesCheckout(relative(base, folder));
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
