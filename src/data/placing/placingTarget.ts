/** What a path is to become: the files that its pin names, read from the cache and checked. */
import { lstatSync } from 'node:fs';
import type { ObjectCache } from '../cache/objectCache.ts';
import { casesFallTogether, parentIsLink, pathLeavesData } from '../errors.ts';
import type { FolderListing, ListedFile } from '../folderListing.ts';
import { caseCollision } from '../listing/caseCollision.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { linkedParent } from './realFolders.ts';

export interface PlacingTarget {
  readonly object: ObjectId;
  readonly folder: boolean;
  /** Sorted by code point; the path of a single file is ''. */
  readonly files: readonly ListedFile[];
}

/**
 * Rejects with what `ObjectCache.readListing` rejects with, and `cases-fall-together` on file systems where they do.
 * @param read The listing, where the cache has just told it.
 */
export async function readTarget(
  cache: ObjectCache,
  object: ObjectId,
  path: string,
  ignoresCase: boolean,
  read?: FolderListing,
): Promise<PlacingTarget> {
  if (!isFolderObject(object))
    return { object, folder: false, files: [{ relativePath: '', md5: object.value }] };
  const listing = read ?? (await cache.readListing(object));
  const collision = ignoresCase ? caseCollision(listing) : undefined;
  if (collision !== undefined) throw casesFallTogether(path, collision);
  return { object, folder: true, files: listing.files };
}

/**
 * Throws `path-leaves-data` for a path that does not lie below the root, or in what belongs to DVC or git, and
 * `parent-is-link` for one behind a link.
 */
export function refuseUnsafePath(root: string, path: string): void {
  const parts = path.split('/');
  const bad = parts.some(
    part => part === '' || part === '.' || part === '..' || /^\.(?:git|dvc|hg)$/i.test(part),
  );
  if (bad || path.includes('\0') || (process.platform === 'win32' && /[\\:]/.test(path)))
    throw pathLeavesData(path);
  const linked = linkedParent(root, path);
  if (linked !== undefined) throw parentIsLink(path, linked);
}

/** Whether the file system of the data root takes `.DVC` for `.dvc`. */
export function ignoresCase(root: string): boolean {
  const named = lstatSync(`${root}/.dvc`, { throwIfNoEntry: false });
  const other = lstatSync(`${root}/.DVC`, { throwIfNoEntry: false });
  return named !== undefined && other !== undefined && named.ino === other.ino;
}
