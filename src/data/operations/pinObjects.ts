/** The objects that pins need, each with a path that people know it by, sorted by the remote that serves them. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { isFolderObject } from '../objectId.ts';
import type { RemoteSettings } from '../remotes/objectStore.ts';
import { transferKey, type TransferItem } from '../remotes/transferResult.ts';
import type { Problem } from './dataResult.ts';
import { remoteOf } from './remoteOf.ts';
import { isMeant, type SelectedPin } from './selectPins.ts';

/** The pins that one remote serves. */
export interface RemotePins {
  readonly remote: RemoteSettings;
  readonly pins: readonly SelectedPin[];
}

/** A pin whose remote is not known is a problem, unless it is named by the request. Rejects with `remote-unknown`, `no-remote`. */
export function groupByRemote(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  asked: string | undefined,
): RemotePins[] {
  const groups = new Map<string, { remote: RemoteSettings; pins: SelectedPin[] }>();
  for (const selected of pins) {
    const remote = remoteOf(repository, selected.pin, asked);
    const group = groups.get(remote.name);
    if (group === undefined) groups.set(remote.name, { remote, pins: [selected] });
    else group.pins.push(selected);
  }
  return [...groups.values()];
}

/** An object and what it is, for people. */
export interface NamedItem extends TransferItem {
  /** Relative to the project's root. */
  readonly path: string;
}

/** The object of each pin, listings of folders included, not what they list. */
export function pinItems(pins: readonly SelectedPin[]): NamedItem[] {
  return pins.flatMap(({ pin, path }) => {
    if (pin.object === undefined) return [];
    const size = isFolderObject(pin.object) ? undefined : pin.size;
    return [{ id: pin.object, path, ...(size === undefined ? {} : { size }) }];
  });
}

/** The files of pinned folders whose listing the cache has; a listing that cannot be used is a problem. */
export async function listedItems(
  pins: readonly SelectedPin[],
  { cache }: Pick<DataTools, 'cache'>,
  problems: Problem[],
): Promise<NamedItem[]> {
  const items = new Map<string, NamedItem>();
  const read = new Set<string>();
  for (const { pin, path, only } of pins) {
    const { object } = pin;
    if (object === undefined || !isFolderObject(object)) continue;
    const key = `${transferKey(object)} ${only?.join('\0') ?? ''}`;
    if (read.has(key)) continue;
    read.add(key);
    try {
      const { files } = await cache.readListing(object);
      for (const { relativePath, md5 } of files) {
        if (!isMeant(only, relativePath)) continue;
        const id = { algorithm: object.algorithm, value: md5 };
        const name = transferKey(id);
        if (!items.has(name)) items.set(name, { id, path: `${path}/${relativePath}` });
      }
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      if (error.code !== 'object-not-in-cache') problems.push({ path, what: error.message });
    }
  }
  return [...items.values()];
}
