/**
 * What a remote has of the objects that matter now. Always asked, never remembered: a remote changes behind our back,
 * and an index that trusts an earlier answer makes people miss data. Asked the cheaper way: object by object, or by
 * listing where few requests tell about many.
 */
import { objectKey } from '../objectId.ts';
import type { DataTask } from '../dataProgress.ts';
import type { ObjectStore } from './objectStore.ts';
import { fileSizes } from './fileSizes.ts';
import { withRetries, type Patience } from './withRetries.ts';
import type { TransferItem } from './transferResult.ts';

/** Below this many objects nothing beats asking for each. */
const fewObjects = 64;
/** What one request of a listing tells about, with most protocols. */
const pageSize = 1000;
/** Hashes are spread evenly: one of the 256 folders tells how large all of them are. */
const folders = 256;

/** Key → size in bytes (undefined where the remote does not tell), of those items that the remote has. */
export async function findPresent(
  store: ObjectStore,
  items: readonly TransferItem[],
  task: DataTask = {},
  patience: Patience = {},
): Promise<Map<string, number | undefined>> {
  const keys = [...new Set(items.map(item => objectKey(item.id)))];
  const present = new Map<string, number | undefined>();
  for (const prefix of ['files/md5/', '']) {
    const below = keys.filter(key => key.startsWith('files/md5/') === (prefix !== ''));
    if (below.length === 0) continue;
    if (await listingIsCheaper(store, prefix, below.length, task, patience))
      await byListing(store, prefix, new Set(below), present, task, patience);
    else await oneByOne(store, await inFolder(store, below, present, task), present, task, patience);
  }
  return present;
}

/** Where the remote is a folder of this machine. Gives the keys that are still to be asked for. */
async function inFolder(
  { folder }: ObjectStore,
  keys: readonly string[],
  present: Map<string, number | undefined>,
  task: DataTask,
): Promise<readonly string[]> {
  if (folder === undefined) return keys;
  const { sizes, untold } = await fileSizes(folder.path, keys, task);
  for (const [key, size] of sizes) present.set(key, size);
  return untold;
}

async function oneByOne(
  store: ObjectStore,
  keys: readonly string[],
  present: Map<string, number | undefined>,
  task: DataTask,
  patience: Patience,
): Promise<void> {
  let done = 0;
  await inParallel(keys, store.concurrency, async key => {
    const size = await withRetries(() => store.size(key, task.signal), patience, task.signal);
    if (size !== undefined) present.set(key, size);
    done += 1;
    if (done % 500 === 0)
      task.onProgress?.({ phase: 'look', doneFiles: done, totalFiles: keys.length, doneBytes: 0 });
  });
}

async function byListing(
  store: ObjectStore,
  prefix: string,
  wanted: ReadonlySet<string>,
  present: Map<string, number | undefined>,
  task: DataTask,
  patience: Patience,
): Promise<void> {
  const prefixes = [...new Set([...wanted].map(key => key.slice(0, prefix.length + 3)))];
  await inParallel(prefixes, store.concurrency, async one => {
    for (const [key, size] of await listed(store, one, task, patience))
      if (wanted.has(key)) present.set(key, size);
  });
}

async function listed(
  store: ObjectStore,
  prefix: string,
  task: DataTask,
  patience: Patience,
): Promise<Map<string, number | undefined>> {
  return withRetries(
    async () => {
      const found = new Map<string, number | undefined>();
      for await (const { key, size } of store.list(prefix, task.signal)) found.set(key, size);
      return found;
    },
    patience,
    task.signal,
  );
}

async function listingIsCheaper(
  store: ObjectStore,
  prefix: string,
  count: number,
  task: DataTask,
  patience: Patience,
): Promise<boolean> {
  // In a folder of this machine asking for one costs less than reading its name in a list.
  if (count < fewObjects || store.lists === false || store.folder !== undefined) return false;
  const sample = (await listed(store, `${prefix}00/`, task, patience)).size;
  const requests = Math.min(folders, count) * Math.max(1, Math.ceil(sample / pageSize));
  return requests < count;
}

async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  body: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await body(item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}
