/**
 * Brings objects from a remote into the cache. An object appears in the cache whole and with its hash proven, or not
 * at all; what has arrived of an unfinished one is kept aside, and the next fetch goes on there.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataTask } from '../dataProgress.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import { cacheInserter } from './cacheInserter.ts';
import { copyObjects } from './copyObjects.ts';
import { writingFailure, wrongContent } from './errors.ts';
import { fileSizes } from './fileSizes.ts';
import { checkFreeSpace } from './freeSpace.ts';
import type { ObjectStore } from './objectStore.ts';
import { openPartFiles } from './partFiles.ts';
import { receiveObject } from './receiveObject.ts';
import { transferEach, type Transferred } from './transferEach.ts';
import { TransferProgress } from './transferProgress.ts';
import { uniqueItems, type CachePlace, type TransferItem, type TransferResult } from './transferResult.ts';
import type { Patience } from './withRetries.ts';

export interface FetchRequest extends Patience {
  /** Bytes that are known to come although the items do not tell: the size of a folder as its pin says. */
  readonly expectedBytes?: number;
  /** Milliseconds without a byte after which a transfer is tried again. Default 60,000. */
  readonly stallMs?: number;
  /** Whether the cache's object of that id is known to be something else: it is fetched, and replaced when it is here. */
  readonly isDamaged?: (id: ObjectId) => boolean;
}

/**
 * Items are fetched as they are given: who wants a folder's files fetches its listing first. Objects that the cache
 * has are not asked for. Rejects with `disk-too-small` before anything is fetched, with `cache-not-writable`, and
 * when the task is cancelled; every other failure is in the result.
 */
export async function fetchObjects(
  store: ObjectStore,
  items: Iterable<TransferItem>,
  cache: CachePlace,
  task: DataTask = {},
  request: FetchRequest = {},
): Promise<TransferResult> {
  const all = uniqueItems(items);
  const wanted = await absentFrom(cache, all, request.isDamaged, task);
  if (wanted.length === 0)
    return { transferred: [], alreadyThere: all.length, missing: [], failed: [], bytes: 0 };

  const known = wanted.reduce((sum, item) => sum + (item.size ?? 0), 0);
  const totalBytes = Math.max(known, request.expectedBytes ?? 0);
  await checkFreeSpace(cache.cacheFolder, totalBytes);
  await mkdir(join(cache.cacheFolder, 'files', 'md5'), { recursive: true }).catch((error: unknown) => {
    throw writingFailure(cache.cacheFolder, error);
  });

  if (store.folder !== undefined && wanted.every(item => item.at === undefined)) {
    const { done, missing, failed, bytes } = await copyObjects(
      wanted,
      {
        from: store.folder.path,
        to: cache.cacheFolder,
        sharedWithGroup: cache.sharedWithGroup,
        phase: 'fetch',
        totalBytes,
        wrong: (id, found) => wrongContent(store.label, id.value, found),
      },
      task,
    );
    return resultOf(all, wanted, { done, missing, failed }, bytes);
  }

  const progress = new TransferProgress(task, {
    phase: 'fetch',
    totalFiles: wanted.length,
    ...(totalBytes > 0 ? { totalBytes } : {}),
  });
  const parts = await openPartFiles(cache);
  const insert = cacheInserter(cache);
  const transferred = await transferEach(
    wanted,
    store.concurrency,
    async item => {
      const outcome = await receiveObject(store, item, {
        ...request,
        cache,
        parts,
        insert,
        onBytes: count => progress.addBytes(count),
        ...(task.signal === undefined ? {} : { signal: task.signal }),
      });
      progress.addFile(item.id.value);
      return outcome;
    },
    task.signal,
  );
  progress.end();
  return resultOf(all, wanted, transferred, progress.bytes);
}

function resultOf(
  all: readonly TransferItem[],
  wanted: readonly TransferItem[],
  { done, missing, failed }: Transferred,
  bytes: number,
): TransferResult {
  return {
    transferred: done.map(item => item.id),
    alreadyThere: all.length - wanted.length,
    missing: missing.map(item => item.id),
    failed,
    bytes,
  };
}

async function absentFrom(
  cache: CachePlace,
  items: readonly TransferItem[],
  isDamaged: FetchRequest['isDamaged'],
  task: DataTask,
): Promise<TransferItem[]> {
  const asked = items.filter(({ id }) => isDamaged?.(id) !== true).map(({ id }) => objectKey(id));
  const { sizes } = await fileSizes(cache.cacheFolder, asked, task);
  return items.filter(({ id }) => isDamaged?.(id) === true || !sizes.has(objectKey(id)));
}
