/** The sha256 of a file's bytes, streamed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Hex; undefined when the file cannot be read to its end. Rejects only when `signal` aborts. */
export async function hashFile(path: string | Buffer, signal?: AbortSignal): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    const chunks = createReadStream(path, { highWaterMark: 1024 * 1024 });
    await pipeline(chunks, hash, signal === undefined ? {} : { signal });
    return hash.digest('hex');
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
