/**
 * Names of a repository's files that go through a link to the repository, or to a folder above it, as the root has them:
 * macOS's /tmp, a home folder that is a link, a project reached by two ways. Links to other folders stay what they are.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { isBelow } from './ignoredPaths.ts';

/** A function that gives a path (absolute) the name that begins with `root`, where it has one; else the path. */
export function namesInRoot(root: string): (path: string) => string {
  const target = real(root);
  const folders = new Map<string, string | undefined>();
  const folderInRoot = (folder: string): string | undefined => {
    if (folders.has(folder)) return folders.get(folder);
    const parent = dirname(folder);
    const above = parent === folder ? undefined : folderInRoot(parent);
    const name =
      above !== undefined ? join(above, basename(folder)) : real(folder) === target ? root : undefined;
    folders.set(folder, name);
    return name;
  };
  return path => {
    if (target === undefined || isBelow(path, root)) return path;
    const folder = folderInRoot(dirname(path));
    return folder === undefined ? path : join(folder, basename(path));
  };
}

/** Relative to the root where below it by whatever name, forward slashes; else as it is. */
export function recordedPath(path: string, root: string): string {
  if (!isAbsolute(path)) return path;
  const name = namesInRoot(root)(path);
  return isBelow(name, root) ? relative(root, name).split(sep).join('/') : path;
}

/** The folders of `paths` (absolute), or above them, that are links to `root`. */
export function linksToRoot(root: string, paths: readonly string[]): string[] {
  const target = real(root);
  const links = new Set<string>();
  const seen = new Set<string>();
  for (const path of target === undefined ? [] : paths)
    for (let folder = path; !seen.has(folder); folder = dirname(folder)) {
      seen.add(folder);
      if (folder !== root && real(folder) === target) links.add(folder);
    }
  return [...links];
}

function real(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
