/** Links that lead from one place of a project to another: `checkpoints/latest`. */
import { readlink } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isBelow } from './ignoredPaths.ts';

/**
 * The text of the symbolic link at `path`, where it leads to another place below `root`, and by a relative way, so that it
 * does so in a checkout, too; undefined otherwise. What is the cache of DVC is no place of the project. Never rejects.
 */
export async function linkWithin(root: string, path: string): Promise<string | undefined> {
  const text = await readlink(path).catch(() => undefined);
  if (text === undefined || isAbsolute(text) || text.split('/').includes('.dvc')) return undefined;
  const target = resolve(dirname(path), text);
  return isBelow(path, root) && isBelow(target, root) && target !== path ? text : undefined;
}
