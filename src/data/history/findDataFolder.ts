/** The data repository that a path belongs to, by the folders on disk. */
import { statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The nearest folder at or above the one that `path` lies in that holds `.dvc`, relative to the top ('' for the top);
 * undefined where there is none. `path` is relative to the top, with forward slashes.
 */
export function findDataFolder(gitRoot: string, path: string): string | undefined {
  for (let folder = above(path); folder !== undefined; folder = above(folder))
    if (statSync(join(gitRoot, folder, '.dvc'), { throwIfNoEntry: false })?.isDirectory() === true)
      return folder;
  return undefined;
}

function above(path: string): string | undefined {
  if (path === '') return undefined;
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
