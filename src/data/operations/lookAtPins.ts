/** What working tree and cache hold at pinned paths, beside what the pins say: what status, commit and checkout start from. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { CachePresence } from '../cache/cachePresence.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { FolderListing } from '../folderListing.ts';
import { hashOutputs, type HashedPath } from '../hash/hashOutputs.ts';
import { isFolderObject, sameObject, type ObjectId } from '../objectId.ts';
import type { SelectedPin } from './selectPins.ts';

export interface LookedAtPin extends SelectedPin {
  readonly current: HashedPath;
  /** Of a folder, where the cache has it. */
  readonly listing?: FolderListing;
  /** Why the listing cannot be used although it is there. */
  readonly listingTrouble?: LockstepError;
  readonly equal: boolean;
}

/** In the order of `pins`. */
export async function lookAtPins(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  tools: DataTools,
  task: DataTask,
): Promise<LookedAtPin[]> {
  const listings = await Promise.all(pins.map(({ pin }) => readKnownListing(tools, pin.object)));
  const hashed = await hashOutputs(
    repository,
    pins.map(({ pin: { path, object } }, at) => ({
      path,
      ...(object === undefined
        ? {}
        : {
            expected: {
              object,
              ...(listings[at]?.listing === undefined ? {} : { listing: listings[at].listing }),
            },
          }),
    })),
    tools,
    task,
  );
  return pins.map((selected, at) => {
    const current = hashed[at];
    if (current === undefined) throw new Error(`${selected.path} was not looked at`);
    return {
      ...selected,
      ...listings[at],
      current,
      equal: selected.pin.object !== undefined && sameObject(current.object, selected.pin.object),
    };
  });
}

/** Nothing where the object is no listing, or not in the cache. */
export async function readKnownListing(
  { cache }: DataTools,
  object: ObjectId | undefined,
): Promise<{ listing?: FolderListing; listingTrouble?: LockstepError }> {
  if (object === undefined || !isFolderObject(object)) return {};
  try {
    return { listing: await cache.readListing(object) };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return error.code === 'object-not-in-cache' ? {} : { listingTrouble: error };
  }
}

/** What of a pin the cache lacks; nothing where it has all of it, or where no cache keeps it. */
export function lackingInCache(
  { pin, listing }: Pick<LookedAtPin, 'pin' | 'listing'>,
  presence: CachePresence,
): { files: number; bytes?: number } | undefined {
  const { object, size, files = 0, cached } = pin;
  if (object === undefined || !cached) return undefined;
  const whole = { files: isFolderObject(object) ? files : 1, ...(size === undefined ? {} : { bytes: size }) };
  if (!presence.has(object)) return whole;
  if (listing === undefined) return undefined;
  const { algorithm } = object;
  const absent = listing.files.filter(file => !presence.has({ algorithm, value: file.md5 })).length;
  if (absent === 0) return undefined;
  return absent === listing.files.length ? { ...whole, files: absent } : { files: absent };
}
