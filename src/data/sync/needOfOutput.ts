/** What an output asks for when it is placed anew: files that differ from the version before, and of those what is not here. */
import { lstatSync } from 'node:fs';
import type { ObjectCache } from '../cache/objectCache.ts';
import type { FolderListing, ListedFile } from '../folderListing.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import type { PinnedOutput } from '../pinnedOutput.ts';

export interface OutputNeed {
  /** What the cache lacks. */
  readonly fetchFiles: number;
  readonly fetchBytes: number;
  /** The listing of a folder is not here: as much as it has more than the version before, which is. */
  readonly atLeast?: true;
  /** To be written in the working tree, at most. */
  readonly placeBytes: number;
}

/** More objects than these are not asked for one by one: the others are taken to be like them. */
const lookLimit = 20_000;

export async function needOfOutput(
  cache: ObjectCache,
  from: PinnedOutput | undefined,
  to: PinnedOutput,
): Promise<OutputNeed> {
  const bytes = to.size ?? 0;
  if (to.object === undefined)
    return { fetchFiles: to.cloudFiles?.length ?? 1, fetchBytes: bytes, placeBytes: bytes };
  if (!isFolderObject(to.object)) {
    const size = sizeInCache(cache, to.object);
    return size === undefined
      ? { fetchFiles: 1, fetchBytes: bytes, placeBytes: bytes }
      : { fetchFiles: 0, fetchBytes: 0, placeBytes: size };
  }
  const listing = await listingOf(cache, to.object);
  const before = from?.object === undefined ? undefined : await listingOf(cache, from.object);
  if (listing === undefined) return needOfUnlisted(to, before === undefined ? undefined : from);
  return needOfFiles(cache, to, listing, changedFiles(before, listing));
}

/** Versions of a folder share most of their files; all of it would be told far too high. */
function needOfUnlisted(to: PinnedOutput, before: PinnedOutput | undefined): OutputNeed {
  const more = Math.max(0, (to.size ?? 0) - (before?.size ?? 0));
  const files = Math.max(1, (to.files ?? 0) - (before?.files ?? 0));
  const need = { fetchFiles: files, fetchBytes: more, placeBytes: more };
  return before === undefined ? need : { ...need, atLeast: true };
}

function needOfFiles(
  cache: ObjectCache,
  { object, size }: PinnedOutput,
  listing: FolderListing,
  changed: readonly ListedFile[],
): OutputNeed {
  const algorithm = object?.algorithm ?? 'md5';
  const looked = changed.slice(0, lookLimit);
  let missing = 0;
  let present = 0;
  for (const { md5 } of looked) {
    const found = sizeInCache(cache, { algorithm, value: md5 });
    if (found === undefined) missing += 1;
    else present += found;
  }
  const scale = looked.length === 0 ? 0 : changed.length / looked.length;
  // Listings hold no sizes: a file that is not here is taken for one of middling size.
  const middling = (size ?? 0) / Math.max(1, listing.files.length);
  const fetchBytes = Math.round(missing * scale * middling);
  return {
    ...{ fetchFiles: Math.round(missing * scale), fetchBytes },
    placeBytes: Math.round(present * scale) + fetchBytes,
  };
}

function changedFiles(before: FolderListing | undefined, now: FolderListing): readonly ListedFile[] {
  if (before === undefined) return now.files;
  const old = new Map(before.files.map(file => [file.relativePath, file.md5]));
  return now.files.filter(file => old.get(file.relativePath) !== file.md5);
}

/** Undefined where it is not here, or is not one that can be placed. */
async function listingOf(cache: ObjectCache, object: ObjectId): Promise<FolderListing | undefined> {
  if (!isFolderObject(object)) return undefined;
  return cache.readListing(object).catch(() => undefined);
}

function sizeInCache(cache: ObjectCache, object: ObjectId): number | undefined {
  const found = lstatSync(cache.pathOf(object), { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : undefined;
}
