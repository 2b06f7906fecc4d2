/** Receives one object from a remote that is a folder of this machine: copied by the system, then proven. */
import { constants, createReadStream } from 'node:fs';
import { copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import { arrivalHash, type ArrivalHash } from './arrivalHash.ts';
import { objectNotFound, wrongContent, writingFailure } from './errors.ts';
import type { CachePlace } from './transferResult.ts';

/** @param path Where the copy goes; whatever is there is overwritten. */
export async function receiveFile(
  folder: string,
  label: string,
  id: ObjectId,
  path: string,
  how: {
    readonly cache: CachePlace;
    readonly onBytes: (count: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const source = join(folder, objectKey(id));
  // An unfinished copy is no start: the system copies whole files, and fast.
  await rm(path, { force: true });
  try {
    await copyFile(source, path, constants.COPYFILE_FICLONE);
  } catch (error) {
    const absent = await stat(source).then(
      found => !found.isFile(),
      (why: unknown) => ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(why) ?? ''),
    );
    await rm(path, { force: true });
    if (absent) throw objectNotFound(label, objectKey(id));
    throw writingFailure(how.cache.cacheFolder, error);
  }
  const hash = await hashFile(path, id, how.signal);
  if (!hash.proves(id)) throw wrongContent(label, id.value, hash.digest());
  how.onBytes((await stat(path)).size);
}

/** The hash of a file as `id`'s algorithm sees it. */
export async function hashFile(path: string, id: ObjectId, signal?: AbortSignal): Promise<ArrivalHash> {
  const hash = arrivalHash(id.algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash;
}
