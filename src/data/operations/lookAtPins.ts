/** What working tree and cache hold at pinned paths, beside what the pins say: what status, commit and checkout start from. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { CachePresence } from '../cache/cachePresence.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { FolderListing } from '../folderListing.ts';
import { hashOutputs, type HashedPath } from '../hash/hashOutputs.ts';
import { parseListing } from '../listing/parseListing.ts';
import { isFolderObject, sameObject, type ObjectId } from '../objectId.ts';
import type { SelectedPin } from './selectPins.ts';

/** `listing` is that of a folder, where the cache has it. */
export interface LookedAtPin extends SelectedPin, KnownListing {
  readonly current: HashedPath;
  readonly equal: boolean;
}

/**
 * In the order of `pins`.
 * @param whole Folder objects of which all is in the cache for sure: their listing is read only where the working tree differs.
 */
export async function lookAtPins(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  tools: DataTools,
  task: DataTask,
  whole: (object: ObjectId) => boolean = () => false,
): Promise<LookedAtPin[]> {
  const kept = await Promise.all(
    pins.map(async ({ pin: { object } }) =>
      object !== undefined && whole(object) ? undefined : await readKept(tools, object),
    ),
  );
  const hashed = await hashOutputs(
    repository,
    pins.map(({ pin: { path, object } }, at) => ({
      path,
      ...(object === undefined
        ? {}
        : {
            expected: {
              object,
              // Which of two hashes a file of DVC 2 has, the listing tells; else it may not be needed at all.
              ...(object.algorithm === 'md5' ? {} : parsed(object, kept[at])),
            },
          }),
    })),
    tools,
    task,
  );
  const looked = pins.map(async (selected, at): Promise<LookedAtPin> => {
    const current = hashed[at];
    if (current === undefined) throw new Error(`${selected.path} was not looked at`);
    const { object } = selected.pin;
    const equal = object !== undefined && sameObject(current.object, object);
    const read = kept[at] ?? (equal ? {} : await readKept(tools, object));
    const known = read.bytes !== undefined && equal ? { listing: current.listing() } : parsed(object, read);
    return { ...selected, ...known, current, equal };
  });
  return Promise.all(looked);
}

/** What the cache has of a listing: verified bytes, nothing, or trouble. */
interface KeptListing {
  readonly bytes?: Buffer;
  readonly listingTrouble?: LockstepError;
}

async function readKept({ cache }: DataTools, object: ObjectId | undefined): Promise<KeptListing> {
  if (object === undefined || !isFolderObject(object)) return {};
  try {
    return { bytes: await cache.readListingBytes(object) };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return error.code === 'object-not-in-cache' ? {} : { listingTrouble: error };
  }
}

function parsed(object: ObjectId | undefined, kept: KeptListing = {}): KnownListing {
  const { bytes, listingTrouble } = kept;
  if (listingTrouble !== undefined) return { listingTrouble };
  if (bytes === undefined || object === undefined) return {};
  try {
    return { listing: parseListing(bytes, { name: object.value }) };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return { listingTrouble: error };
  }
}

interface KnownListing {
  readonly listing?: FolderListing;
  /** Why it cannot be used although it is there. */
  readonly listingTrouble?: LockstepError;
}

/** Nothing where the object is no listing, or not in the cache. */
export async function readKnownListing(
  tools: DataTools,
  object: ObjectId | undefined,
): Promise<KnownListing> {
  return parsed(object, await readKept(tools, object));
}

/** What of a pin the cache lacks (`atMost`: or less); nothing where it has all of it, or where no cache keeps it. */
export function lackingInCache(
  { pin, listing }: Pick<LookedAtPin, 'pin' | 'listing'>,
  presence: CachePresence,
): { files: number; bytes?: number; atMost?: true } | undefined {
  const { object, size, files = 0, cached } = pin;
  if (object === undefined || !cached) return undefined;
  const whole = { files: isFolderObject(object) ? files : 1, ...(size === undefined ? {} : { bytes: size }) };
  // Without the listing nobody knows which of the files are here already, as those of another version.
  if (!presence.has(object)) return isFolderObject(object) ? { ...whole, atMost: true } : whole;
  if (listing === undefined) return undefined;
  const { algorithm } = object;
  const absent = listing.files.filter(file => !presence.has({ algorithm, value: file.md5 })).length;
  if (absent === 0) return undefined;
  return absent === listing.files.length ? { ...whole, files: absent } : { files: absent };
}
