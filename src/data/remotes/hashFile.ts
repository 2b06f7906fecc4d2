/** The hash of a whole file as the algorithm of an id sees it. */
import { createReadStream } from 'node:fs';
import type { ObjectId } from '../objectId.ts';
import { arrivalHash, type ArrivalHash } from './arrivalHash.ts';

export async function hashFile(path: string, id: ObjectId, signal?: AbortSignal): Promise<ArrivalHash> {
  const hash = arrivalHash(id.algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash;
}
