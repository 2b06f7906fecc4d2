/**
 * Brings objects from the cache to a remote. A listing goes up after every file that it names, because DVC reads
 * "the listing is there" as "all of its files are there" and never looks again; for the same reason a listing that is
 * there already proves nothing here. What the cache holds under a wrong name is not pushed.
 */
import { join } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import type { DataTask } from '../dataProgress.ts';
import { isFolderObject, objectKey } from '../objectId.ts';
import { copyObjects } from './copyObjects.ts';
import { cacheObjectCorrupt, folderIncomplete } from './errors.ts';
import { listedObjects } from './listedObjects.ts';
import type { ObjectStore } from './objectStore.ts';
import { fileSizes } from './fileSizes.ts';
import { hashFile } from './hashFile.ts';
import { findPresent } from './remoteIndex.ts';
import { transferEach, type Transferred } from './transferEach.ts';
import { TransferProgress } from './transferProgress.ts';
import {
  transferKey,
  uniqueItems,
  type CachePlace,
  type TransferFailure,
  type TransferItem,
  type TransferResult,
} from './transferResult.ts';
import { withRetries, type Patience } from './withRetries.ts';

/**
 * @param items A listing (`.dir`) stands for itself and every file it names. Objects that the remote has in the right
 *   size are not sent again. Rejects when the task is cancelled; every other failure is in the result.
 */
export async function pushObjects(
  store: ObjectStore,
  items: Iterable<TransferItem>,
  cache: CachePlace,
  task: DataTask = {},
  request: Patience = {},
): Promise<TransferResult> {
  const given = uniqueItems(items);
  const unreadable: TransferFailure[] = [];
  const filesOf = new Map<string, TransferItem[]>();
  for (const item of given.filter(one => isFolderObject(one.id))) {
    try {
      filesOf.set(transferKey(item.id), await listedObjects(cache.cacheFolder, item.id));
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      unreadable.push({ id: item.id, error });
    }
  }
  const broken = new Set(unreadable.map(failure => transferKey(failure.id)));
  const all = uniqueItems([...given, ...[...filesOf.values()].flat()]).filter(
    item => !broken.has(transferKey(item.id)),
  );

  const local = await sizesInCache(cache, all, task);
  const present = await findPresent(store, all, task, request);
  const isPresent = (item: TransferItem): boolean => {
    const key = objectKey(item.id);
    if (!present.has(key)) return false;
    const there = present.get(key);
    const here = local.get(transferKey(item.id));
    // The same text with other line ends has the same legacy hash: there only the name counts.
    return item.id.algorithm !== 'md5' || there === undefined || here === undefined || there === here;
  };
  const wanted = all.filter(item => !isPresent(item));

  const totalBytes = wanted.reduce((sum, item) => sum + (local.get(transferKey(item.id)) ?? 0), 0);
  const progress = new TransferProgress(task, {
    phase: 'push',
    totalFiles: wanted.length,
    totalBytes,
  });
  const one = async (item: TransferItem): Promise<'done' | 'missing'> => {
    const size = local.get(transferKey(item.id));
    if (size === undefined) return 'missing';
    await sendObject(store, item, size, cache, progress, task, request);
    progress.addFile(item.id.value);
    return 'done';
  };

  const { folder } = store;
  const send = async (some: readonly TransferItem[]): Promise<Transferred> => {
    if (folder === undefined) return transferEach(some, store.concurrency, one, task.signal);
    const copied = await copyObjects(
      some,
      {
        from: cache.cacheFolder,
        to: folder.path,
        sharedWithGroup: folder.sharedWithGroup,
        phase: 'push',
        totalBytes,
        wrong: (id, found) => cacheObjectCorrupt(join(cache.cacheFolder, objectKey(id)), id.value, found),
      },
      task,
    );
    progress.bytes += copied.bytes;
    return copied;
  };

  const files = await send(wanted.filter(item => !isFolderObject(item.id)));
  const absent = new Set(
    [...files.missing.map(item => item.id), ...files.failed.map(failure => failure.id)].map(transferKey),
  );
  const whole: TransferItem[] = [];
  const incomplete: TransferFailure[] = [];
  for (const item of wanted.filter(each => isFolderObject(each.id))) {
    const count = (filesOf.get(transferKey(item.id)) ?? []).filter(file =>
      absent.has(transferKey(file.id)),
    ).length;
    if (count === 0) whole.push(item);
    else incomplete.push({ id: item.id, error: folderIncomplete(item.id.value, count) });
  }
  const folders = await send(whole);
  if (folder === undefined) progress.end();
  return {
    transferred: [...files.done, ...folders.done].map(item => item.id),
    alreadyThere: all.length - wanted.length,
    missing: [...files.missing, ...folders.missing].map(item => item.id),
    failed: [...unreadable, ...files.failed, ...incomplete, ...folders.failed],
    bytes: progress.bytes,
  };
}

async function sendObject(
  store: ObjectStore,
  item: TransferItem,
  size: number,
  cache: CachePlace,
  progress: TransferProgress,
  task: DataTask,
  patience: Patience,
): Promise<void> {
  const path = join(cache.cacheFolder, objectKey(item.id));
  const hash = await hashFile(path, item.id, task.signal);
  if (!hash.proves(item.id)) throw cacheObjectCorrupt(path, item.id.value, hash.digest());
  await withRetries(
    async () => {
      let counted = 0;
      try {
        await store.write(
          objectKey(item.id),
          { path, size },
          {
            onBytes: count => {
              counted += count;
              progress.addBytes(count);
            },
            ...(task.signal === undefined ? {} : { signal: task.signal }),
          },
        );
      } catch (error) {
        // A try that failed has brought nothing over.
        progress.addBytes(-counted);
        throw error;
      }
    },
    patience,
    task.signal,
  );
}

/** Bytes by {@link transferKey}, of what the cache has. */
async function sizesInCache(
  { cacheFolder }: CachePlace,
  items: readonly TransferItem[],
  task: DataTask,
): Promise<Map<string, number>> {
  const { sizes: found } = await fileSizes(
    cacheFolder,
    items.map(item => objectKey(item.id)),
    task,
  );
  const sizes = new Map<string, number>();
  for (const { id } of items) {
    const size = found.get(objectKey(id));
    if (size !== undefined) sizes.set(transferKey(id), size);
  }
  return sizes;
}
