/**
 * Where the content of pinned data is: in the cache, or in the remote, which is asked whether it has each object and for
 * nothing else.
 */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';
import type { DataRepository } from '../../data/dataRepository.ts';
import { isFolderObject, objectKey, type ObjectId } from '../../data/objectId.ts';
import { ObjectCache } from '../../data/cache/objectCache.ts';
import type { CachePresence } from '../../data/cache/cachePresence.ts';
import { remoteOf, withStore } from '../../data/operations/remoteOf.ts';
import { isMeant, type SelectedPin } from '../../data/operations/selectPins.ts';
import { schemeOf } from '../../data/remotes/openObjectStore.ts';
import type { CredentialSource, ObjectStore, RemoteSettings } from '../../data/remotes/objectStore.ts';
import { findPresent } from '../../data/remotes/remoteIndex.ts';
import type { FolderListing } from '../../data/folderListing.ts';
import type { Availability } from '../../runs/forecast.ts';
import { sumBytes, wholeBytes } from './wholeBytes.ts';

export interface RemoteQuestion {
  /** False: only remotes on this machine are asked. */
  readonly network: boolean;
  /** How long a remote may take to answer, all questions together. */
  readonly patienceMs: number;
  readonly credentials?: CredentialSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PinnedLook {
  /** Relative to the root of git. */
  readonly path: string;
  readonly availability: Availability;
  /** Of what is to be fetched, else of all. */
  readonly bytes?: number;
  readonly from?: string;
  readonly reason?: string;
  /** Whether a remote has it, where one was asked. */
  readonly inRemote?: boolean;
  /** The code of the run, which is not here, may tell more. */
  readonly waitsForCode?: true;
}

interface Lack {
  readonly selected: SelectedPin;
  readonly objects: readonly ObjectId[];
  readonly bytes: number | undefined;
}

/**
 * @param askAll Ask the remote of what the cache has, too: whether only this machine has it.
 * Rejects only when aborted.
 */
export async function lookAtPinned(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  question: RemoteQuestion,
  askAll = false,
): Promise<PinnedLook[]> {
  const cache = ObjectCache.of(repository);
  const presence = await presenceOf(cache, pins);
  const looks: PinnedLook[] = [];
  const lacks: Lack[] = [];
  for (const selected of pins) {
    const { pin, path } = selected;
    const { object } = pin;
    if (object === undefined) {
      looks.push({
        path,
        availability: 'unknown',
        reason: 'its pin names versions in a cloud, not contents',
      });
      continue;
    }
    const listing = await listingOf(cache, object, selected, presence);
    const objects = objectsOf(object, listing);
    const absent = objects.filter(id => !presence.has(id));
    if (absent.length === 0 && !askAll) {
      looks.push({ path, availability: 'here', ...bytesOf(pin.size), from: 'the cache' });
      continue;
    }
    const asked = absent.length === 0 || askAll ? objects : absent;
    const share =
      pin.size === undefined || listing === undefined
        ? pin.size
        : Math.round((wholeBytes(pin.size) * absent.length) / Math.max(1, objects.length));
    lacks.push({ selected, objects: asked, bytes: share });
  }
  const byRemote = new Map<string, { remote: RemoteSettings; lacks: Lack[] }>();
  for (const lack of lacks) {
    const { pin, path } = lack.selected;
    if (pin.imported?.revision !== undefined) {
      looks.push(
        isHere(lack, presence)
          ? { path, availability: 'here', ...bytesOf(pin.size), from: 'the cache' }
          : {
              path,
              availability: 'unknown',
              reason: `it comes from ${pin.imported.from}, which was not asked`,
            },
      );
      continue;
    }
    try {
      const remote = remoteOf(repository, pin);
      const group = byRemote.get(remote.name) ?? { remote, lacks: [] };
      group.lacks.push(lack);
      byRemote.set(remote.name, group);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      looks.push(withoutRemote(lack, presence, error.message));
    }
  }
  for (const { remote, lacks: asked } of byRemote.values())
    looks.push(...(await askRemote(remote, asked, presence, question)));
  return looks;
}

function withoutRemote({ selected, objects }: Lack, presence: CachePresence, reason: string): PinnedLook {
  const { path, pin } = selected;
  return objects.every(id => presence.has(id))
    ? { path, availability: 'here', ...bytesOf(pin.size), from: 'the cache', inRemote: false, reason }
    : {
        path,
        availability: 'gone',
        ...bytesOf(pin.size),
        reason: `it is not in the cache, and ${lower(reason)}`,
      };
}

async function askRemote(
  remote: RemoteSettings,
  lacks: readonly Lack[],
  presence: CachePresence,
  { network, patienceMs, credentials, signal }: RemoteQuestion,
): Promise<PinnedLook[]> {
  const scheme = schemeOf(remote.url);
  const unknown = (reason: string): PinnedLook[] =>
    lacks.map(lack => ({
      path: lack.selected.path,
      ...(isHere(lack, presence)
        ? { availability: 'here' as const, ...bytesOf(lack.selected.pin.size), from: 'the cache' }
        : { availability: 'unknown' as const, ...bytesOf(lack.bytes) }),
      reason,
    }));
  if (scheme !== 'local' && scheme !== 'file' && !network)
    return unknown(`the remote ${remote.name} was not asked`);
  const late = AbortSignal.timeout(patienceMs);
  const patience = signal === undefined ? late : AbortSignal.any([signal, late]);
  try {
    const present = await withStore(remote, { credentials }, store =>
      presentIn(
        store,
        lacks.flatMap(lack => lack.objects),
        patience,
      ),
    );
    return lacks.map(lack => {
      const { path, pin } = lack.selected;
      const inRemote = lack.objects.every(id => present.has(objectKey(id)));
      if (isHere(lack, presence))
        return { path, availability: 'here', ...bytesOf(pin.size), from: 'the cache', inRemote };
      if (inRemote)
        return { path, availability: 'fetchable', ...bytesOf(lack.bytes), from: remote.name, inRemote };
      return {
        ...{ path, availability: 'gone', ...bytesOf(lack.bytes), inRemote },
        reason: `neither the cache nor the remote ${remote.name} has it`,
      };
    });
  } catch (error) {
    signal?.throwIfAborted();
    return unknown(
      late.aborted
        ? `the remote ${remote.name} did not answer in ${Math.round(patienceMs / 1000)} s`
        : `the remote ${remote.name} could not be asked: ${errorText(error)}`,
    );
  }
}

const few = 64;

async function presentIn(
  store: ObjectStore,
  objects: readonly ObjectId[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number | undefined>> {
  const keys = [...new Set(objects.map(objectKey))];
  // Threads and listings are worth their start only for many.
  if (keys.length > few)
    return findPresent(
      store,
      objects.map(id => ({ id })),
      { signal },
      { tries: 2 },
    );
  const present = new Map<string, number | undefined>();
  await Promise.all(
    keys.map(async key => {
      const size = await rejectOnAbort(store.size(key, signal), signal);
      if (size !== undefined) present.set(key, size);
    }),
  );
  return present;
}

/** A connection that hangs does not hear of the signal. */
async function rejectOnAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function presenceOf(cache: ObjectCache, pins: readonly SelectedPin[]): Promise<CachePresence> {
  const objects = pins.flatMap(({ pin }) => pin.object ?? []);
  // A few files are looked for by name; of folders all names of the cache are needed.
  if (objects.length > few || objects.some(isFolderObject)) return cache.presence();
  const here = new Set<string>();
  for (const id of objects) if (await cache.has(id)) here.add(objectKey(id));
  return { has: id => here.has(objectKey(id)), *objects() {} };
}

/** Undefined where the cache does not have the listing, or it cannot be used. */
async function listingOf(
  cache: ObjectCache,
  object: ObjectId,
  { only }: SelectedPin,
  presence: CachePresence,
): Promise<FolderListing | undefined> {
  if (!isFolderObject(object) || !presence.has(object)) return undefined;
  try {
    const listing = await cache.readListing(object);
    if (only === undefined) return listing;
    return { files: listing.files.filter(file => isMeant(only, file.relativePath)) };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return undefined;
  }
}

function objectsOf(object: ObjectId, listing: FolderListing | undefined): ObjectId[] {
  const files = (listing?.files ?? []).map(file => ({ algorithm: object.algorithm, value: file.md5 }));
  return [object, ...files];
}

function isHere({ objects }: Lack, presence: CachePresence): boolean {
  return objects.every(id => presence.has(id));
}

function bytesOf(size: number | undefined): { bytes?: number } {
  return size === undefined ? {} : { bytes: sumBytes([size]) };
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
}
