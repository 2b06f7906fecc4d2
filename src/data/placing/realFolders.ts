/**
 * Makes folders, and makes sure that each on the way is a real one: what a pin names must not be written through a
 * link to somewhere else, however the link got there.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { systemErrorCode } from '../../base/systemError.ts';
import { ownFailure } from '../workers/fileFailure.ts';

export class RealFolders {
  readonly #root: string;
  readonly #known = new Set<string>(['']);

  /** @param root Absolute and real, without a slash behind it; trusted, as are the folders above it. */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes the folder that `path` (relative, forward slashes) lies in. Throws failures `parent-is-link` and
   * `parent-is-file`, which name the one that is.
   */
  makeParent(path: string): void {
    this.#make(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }

  #make(folder: string): void {
    if (this.#known.has(folder)) return;
    this.#make(folder.slice(0, Math.max(0, folder.lastIndexOf('/'))));
    const path = `${this.#root}/${folder}`;
    if (!isRealFolder(path, folder))
      try {
        mkdirSync(path);
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST' || !isRealFolder(path, folder)) throw error;
      }
    this.#known.add(folder);
  }
}

/** False where nothing is. */
function isRealFolder(path: string, name: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.isSymbolicLink()) throw ownFailure('parent-is-link', `${name} is a link`);
  if (!found.isDirectory()) throw ownFailure('parent-is-file', `${name} is no folder`);
  return true;
}

/** The first folder above `path` that is a link; undefined where none is. Folders that do not exist are none. */
export function linkedParent(root: string, path: string): string | undefined {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    const found = lstatSync(`${root}/${folder}`, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return folder;
  }
  return undefined;
}
