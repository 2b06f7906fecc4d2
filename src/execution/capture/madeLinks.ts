/** Symbolic links that a run made: `best.pt -> epoch3.pt` says which of the checkpoints it chose. */
import { readlink } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import type { MadeLink } from '../../runs/result.ts';
import { isBelow } from './ignoredPaths.ts';

const mostLinks = 1000;

/**
 * Those that are still there, sorted by path.
 * @param links Absolute.
 * @param name How the record calls a path.
 */
export async function madeLinks(
  links: readonly string[],
  root: string,
  name: (path: string) => string,
): Promise<MadeLink[]> {
  const made: MadeLink[] = [];
  for (const path of [...links].sort().slice(0, mostLinks)) {
    const target = await readlink(path).catch(() => undefined);
    if (target !== undefined) made.push({ path: name(path), target: targetName(path, target, root) });
  }
  return made;
}

/** Below the root by its name there, because a reproduction has another root; else as the link has it. */
function targetName(path: string, target: string, root: string): string {
  const absolute = resolve(dirname(path), target);
  if (!isBelow(absolute, root)) return target;
  return relative(root, absolute).split(sep).join('/') || '.';
}
