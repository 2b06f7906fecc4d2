/**
 * Which folder objects the cache was found to hold with all of their files, and how its folders were then: a folder
 * of which the numbers are as before has had no name come or go, so nothing needs to be listed again. Believed only
 * where the cache lies on the file system of the state, whose clock says that the numbers could not have stayed the
 * same by chance. Losing this file costs time only.
 */
import { hash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import type { DataRepository } from '../dataRepository.ts';
import { fileSystemTime, isSettledAt } from '../hash/settledTime.ts';
import { isFolderObject, objectKey, type ObjectId } from '../objectId.ts';

export interface WholeListings {
  /** Whether all of the folder was in the cache, its listing verified, and the cache is as it was then. */
  has(object: ObjectId): boolean;
  /** Remembers that these are whole, too, if the cache is still as it was when this was opened; never rejects. */
  save(objects: readonly ObjectId[]): Promise<void>;
}

/** Looks at the cache's folders as they are now: what is then found of the cache holds for this moment or later. */
export function openWholeListings(repository: DataRepository): WholeListings {
  const { stateFolder, settings } = repository;
  const path = join(stateFolder, 'hashes', 'whole.json');
  const folders = lookAtFolders(settings.cacheFolder);
  const known = folders === undefined ? undefined : readKnown(path, folders.stamp);
  return {
    has: object =>
      known?.[object.value] !== undefined && known[object.value] === stampOf(settings.cacheFolder, object),
    async save(objects) {
      if (folders === undefined || objects.every(object => known?.[object.value] !== undefined)) return;
      try {
        await mkdir(join(stateFolder, 'hashes'), { recursive: true });
        if (lstatSync(stateFolder).dev !== folders.device) return;
        const now = fileSystemTime(stateFolder);
        const listings: Record<string, string> = { ...known };
        for (const object of objects) {
          const stamp = stampOf(settings.cacheFolder, object, now);
          if (stamp !== undefined) listings[object.value] = stamp;
        }
        if (
          !isSettledAt(folders.changed, now) ||
          lookAtFolders(settings.cacheFolder)?.stamp !== folders.stamp
        )
          return;
        await writeFileAtomic(path, JSON.stringify({ version, folders: folders.stamp, listings }));
      } catch {
        // A read-only repository is looked at in full every time.
      }
    },
  };
}

const version = 1;

function readKnown(path: string, stamp: string): Readonly<Record<string, string>> | undefined {
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as {
      version?: unknown;
      folders?: unknown;
      listings?: unknown;
    };
    if (read.version !== version || read.folders !== stamp) return undefined;
    if (typeof read.listings !== 'object' || read.listings === null) return undefined;
    return Object.assign(Object.create(null), read.listings) as Record<string, string>;
  } catch {
    return undefined;
  }
}

interface CacheFolders {
  /** Of all numbers that the system keeps of them. */
  readonly stamp: string;
  readonly device: number;
  /** Ms since the epoch: the latest. */
  readonly changed: number;
}

/** Undefined where there is no cache in the layout of today, or its folders lie on several file systems. */
function lookAtFolders(cacheFolder: string): CacheFolders | undefined {
  // Windows may be late with the times of folders.
  if (process.platform === 'win32') return undefined;
  try {
    const root = join(cacheFolder, 'files', 'md5');
    const top = lstatSync(root);
    const numbers: number[] = [top.dev, top.ino];
    let changed = 0;
    for (let prefix = 0; prefix < 256; prefix += 1) {
      const name = prefix.toString(16).padStart(2, '0');
      const found = lstatSync(`${root}/${name}`, { throwIfNoEntry: false });
      if (found === undefined) {
        numbers.push(0);
        continue;
      }
      if (!found.isDirectory() || found.dev !== top.dev) return undefined;
      numbers.push(found.ino, found.mtimeMs, found.ctimeMs);
      changed = Math.max(changed, found.mtimeMs, found.ctimeMs);
    }
    return { stamp: hash('sha256', `${root}\0${numbers.join(' ')}`), device: top.dev, changed };
  } catch {
    return undefined;
  }
}

/** The numbers of a folder object's own file; undefined where it is none, or may have changed since unseen. */
function stampOf(cacheFolder: string, object: ObjectId, readAt = Infinity): string | undefined {
  if (object.algorithm !== 'md5' || !isFolderObject(object)) return undefined;
  const found = lstatSync(join(cacheFolder, objectKey(object)), { throwIfNoEntry: false });
  if (found?.isFile() !== true || !isSettledAt(Math.max(found.mtimeMs, found.ctimeMs), readAt))
    return undefined;
  return [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' ');
}
