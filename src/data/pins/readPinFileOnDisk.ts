/** Reads one pin file of a working tree, through the cache of what was read before. */
import { readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import { maxYamlLength } from '../yaml/readYaml.ts';
import type { PinCache } from './pinCache.ts';
import { readPinFile, type PinFileContent } from './readPinFile.ts';

/** `path` relative to the data root. Undefined for what is no file (any more). */
export function readPinFileOnDisk(root: string, path: string, cache: PinCache): PinFileContent | undefined {
  const lockPath = path.endsWith('.dvc') ? undefined : path.replace(/\.yaml$/, '.lock');
  const found = statOf(join(root, path));
  if (found?.isFile() !== true) return undefined;
  const lock = lockPath === undefined ? undefined : statOf(join(root, lockPath));
  const known = cache.get(path, found, lock);
  if (known !== undefined) return known;
  const problem = (what: string): PinFileContent => ({ outputs: [], problems: [{ path, what }] });
  try {
    for (const [name, stats] of [
      [path, found],
      [lockPath, lock],
    ] as const)
      if (name !== undefined && stats !== undefined) {
        if (stats.size > maxYamlLength) return problem('the file is too large to be a pin file');
        if (!liesInside(root, name)) return problem('a link that leaves the data repository');
      }
    const lockText =
      lockPath === undefined || lock?.isFile() !== true
        ? undefined
        : readFileSync(join(root, lockPath), 'utf8');
    const content = readPinFile(readFileSync(join(root, path), 'utf8'), path, lockText);
    cache.put(path, found, lock, content);
    return content;
  } catch (error) {
    return problem(`it cannot be read: ${errorText(error)}`);
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Folders on the way are no links: the walk does not follow any. */
function liesInside(root: string, path: string): boolean {
  const full = join(root, path);
  const real = realpathSync(full);
  return real === full || dirname(real) === dirname(full) || real.startsWith(root + sep);
}
