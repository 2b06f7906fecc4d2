/** What a killed placing left behind: temporary files, and files that are the beginning of an object. */
import { lstatSync, readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ObjectCache } from '../cache/objectCache.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { ObjectId } from '../objectId.ts';
import { isOwnTemporary } from '../walk/ownTemporary.ts';
import type { KeptPath } from './planPlacing.ts';
import { fullPath } from './runPlacing.ts';
import { isBeginningOf, type PlacingEntry } from './placingJournal.ts';
import { readTarget, refuseUnsafePath } from './placingTarget.ts';

export interface Resume {
  /** Of what would be lost, what really would: not what the killed placing had begun to write. */
  stillUnsaved(output: string, unsaved: readonly KeptPath[]): Promise<readonly KeptPath[]>;
}

/** Removes the temporary files of the entries' paths. Nothing else is touched. */
export async function resumeAfterCrash(
  repository: DataRepository,
  entries: readonly PlacingEntry[],
  cache: ObjectCache,
): Promise<Resume> {
  const begun = new Map<string, ReadonlyMap<string, string>[]>();
  for (const entry of entries) {
    const wanted = await wantedFiles(repository, entry, cache);
    if (wanted === undefined) continue;
    begun.set(entry.path, [...(begun.get(entry.path) ?? []), wanted]);
    await removeTemporaries(join(repository.root, entry.path));
  }
  return {
    stillUnsaved: async (output, unsaved) => {
      const wanted = begun.get(output);
      if (wanted === undefined) return unsaved;
      const left: KeptPath[] = [];
      for (const one of unsaved) {
        const objects = wanted.flatMap(files => files.get(one.path) ?? []);
        const file = join(repository.root, fullPath(output, one.path));
        if (!(await isBeginningOfAny(file, objects))) left.push(one);
      }
      return left;
    },
  };
}

async function isBeginningOfAny(file: string, objects: readonly string[]): Promise<boolean> {
  for (const object of objects) if (await isBeginningOf(file, object)) return true;
  return false;
}

/** Relative path → absolute path of the object; undefined for an entry that says nothing any more. */
async function wantedFiles(
  repository: DataRepository,
  entry: PlacingEntry,
  cache: ObjectCache,
): Promise<ReadonlyMap<string, string> | undefined> {
  const object = objectOf(entry.object);
  if (object === undefined) return undefined;
  try {
    refuseUnsafePath(repository.root, entry.path);
    const target = await readTarget(cache, object, entry.path, false);
    return new Map(
      target.files.map(file => [
        file.relativePath,
        cache.pathOf({ algorithm: object.algorithm, value: file.md5 }),
      ]),
    );
  } catch {
    return new Map();
  }
}

function objectOf(text: string): ObjectId | undefined {
  const [algorithm, value = ''] = text.split(':');
  if (algorithm !== 'md5' && algorithm !== 'md5-dos2unix') return undefined;
  return /^[0-9a-f]{32}(?:\.dir)?$/.test(value) ? { algorithm, value } : undefined;
}

/** In a folder and all below it, and beside the path. */
async function removeTemporaries(path: string): Promise<void> {
  const folder = await lstat(path).then(
    found => found.isDirectory(),
    () => false,
  );
  const places = [dirname(path), ...(folder ? [path] : [])];
  for (const place of places) {
    const names = await readdir(place, { recursive: place === path }).catch(() => []);
    for (const name of names) {
      const last = name.slice(name.lastIndexOf(sep) + 1);
      if (isOwnTemporary(last)) await rm(join(place, name), { force: true });
    }
  }
}

/** A symbolic link into the cache: made by us or DVC, with nothing of its own to lose. */
export function isCacheLink(repository: DataRepository, path: string): boolean {
  const place = join(repository.root, path);
  if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
  return readlinkSync(place).startsWith(repository.settings.cacheFolder + sep);
}
