/** Receives one object: goes on with what an earlier transfer left, tries again when the line breaks, proves the hash. */
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { objectKey, type ObjectId } from '../objectId.ts';
import { arrivalHash, type ArrivalHash } from './arrivalHash.ts';
import { diskFull, remoteTrouble, wrongContent, writingFailure } from './errors.ts';
import { checkFreeSpace } from './freeSpace.ts';
import type { ObjectStore } from './objectStore.ts';
import type { PartFiles } from './partFiles.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import type { CachePlace, TransferItem } from './transferResult.ts';
import { withRetries, type Patience } from './withRetries.ts';

export interface Receiving extends Patience {
  readonly cache: CachePlace;
  readonly parts: PartFiles;
  /** Takes the proven file into the cache. */
  readonly insert: (id: ObjectId, path: string) => Promise<void>;
  readonly onBytes: (count: number) => void;
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
}

/** From here on, asking the system for free space costs nothing beside the transfer. */
const largeBytes = 64 * 1024 * 1024;
const syncedBytes = 1024 * 1024;

/** Resolves with `missing` where the remote does not have it. */
export async function receiveObject(
  store: ObjectStore,
  item: TransferItem,
  how: Receiving,
): Promise<'done' | 'missing'> {
  const path = await how.parts.claim(item.id);
  let inserted = false;
  try {
    await receiveBytes(store, item, path, how);
    await how.insert(item.id, path);
    inserted = true;
    return 'done';
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'object-not-found') return 'missing';
    // Wrong bytes are no start for another try, and a full disk needs the room.
    if (error instanceof LockstepError && ['wrong-content', 'disk-full'].includes(error.code))
      await rm(path, { force: true });
    throw error;
  } finally {
    if (!inserted) await how.parts.release(item.id, path);
  }
}

async function receiveBytes(
  store: ObjectStore,
  item: TransferItem,
  path: string,
  how: Receiving,
): Promise<void> {
  let part: Part | undefined;
  try {
    part = await Part.open(path, item.id, how);
    const open = part;
    let resumed = open.bytes > 0;
    if (resumed && open.isWhole()) return;
    await withRetries(
      async progressed => {
        resumed ||= open.bytes > 0;
        await receiveRest(store, item, open, how, progressed);
        if (open.isWhole()) return;
        const found = open.digest();
        await open.empty();
        if (!resumed) throw wrongContent(store.label, item.id.value, found);
        // The bytes that were there before may be the wrong ones: once more from the start tells.
        resumed = false;
        await receiveRest(store, item, open, how, progressed);
        if (!open.isWhole()) throw wrongContent(store.label, item.id.value, open.digest());
      },
      how,
      how.signal,
    );
    await open.sync();
  } finally {
    await part?.close();
  }
}

/** One answer of the remote, from where the part ends to the end of the object. */
async function receiveRest(
  store: ObjectStore,
  item: TransferItem,
  part: Part,
  how: Receiving,
  progressed: () => void,
): Promise<void> {
  const key = item.at?.key ?? objectKey(item.id);
  const answer = await store.read(key, {
    ...(part.bytes > 0 ? { start: part.bytes } : {}),
    ...(item.at?.versionId === undefined ? {} : { versionId: item.at.versionId }),
    ...(how.signal === undefined ? {} : { signal: how.signal }),
  });
  try {
    if (answer.start !== part.bytes) await part.empty();
    if (answer.start !== part.bytes)
      throw remoteTrouble(store.label, `it sent ${key} from another place than asked`);
    if (answer.size !== undefined && answer.size - part.bytes > largeBytes)
      await checkFreeSpace(how.cache.cacheFolder, answer.size - part.bytes);
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
  const before = part.bytes;
  try {
    await drain(answer.body, store.label, how, async chunk => {
      await part.append(chunk);
      how.onBytes(chunk.length);
    });
  } finally {
    if (part.bytes > before) progressed();
  }
  if (answer.size !== undefined && part.bytes !== answer.size)
    throw remoteTrouble(store.label, `${key} ended after ${part.bytes} of ${answer.size} bytes`);
}

/** Hands on every chunk; a body that stalls or breaks is trouble that may pass. */
async function drain(
  body: Readable,
  label: string,
  how: Receiving,
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const stallMs = how.stallMs ?? 60_000;
  const stalled = (): void =>
    void body.destroy(remoteTrouble(label, `nothing came for ${Math.round(stallMs / 1000)} seconds`));
  const onAbort = (): void => void body.destroy();
  how.signal?.addEventListener('abort', onAbort, { once: true });
  let timer = setTimeout(stalled, stallMs);
  let writing = false;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      writing = true;
      await take(chunk);
      writing = false;
      timer = setTimeout(stalled, stallMs);
    }
    how.signal?.throwIfAborted();
  } catch (error) {
    how.signal?.throwIfAborted();
    if (writing || error instanceof LockstepError) throw error;
    throw remoteTrouble(label, error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    clearTimeout(timer);
    how.signal?.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

/** The bytes that are here, and their hash. */
class Part {
  bytes = 0;
  #hash: ArrivalHash;
  readonly #handle: FileHandle;
  readonly #id: ObjectId;
  readonly #folder: string;

  private constructor(handle: FileHandle, id: ObjectId, folder: string) {
    this.#handle = handle;
    this.#id = id;
    this.#folder = folder;
    this.#hash = arrivalHash(id.algorithm);
  }

  /** With what an earlier transfer left, hashed again. */
  static async open(path: string, id: ObjectId, how: Receiving): Promise<Part> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'a+', 0o644);
    } catch (error) {
      throw writingFailure(how.cache.cacheFolder, error);
    }
    const part = new Part(handle, id, how.cache.cacheFolder);
    try {
      const chunk = Buffer.allocUnsafe(1 << 20);
      for (;;) {
        how.signal?.throwIfAborted();
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, part.bytes);
        if (bytesRead === 0) return part;
        part.#hash.update(chunk.subarray(0, bytesRead));
        part.bytes += bytesRead;
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async append(chunk: Buffer): Promise<void> {
    let written = 0;
    try {
      while (written < chunk.length)
        written += (await this.#handle.write(chunk, written, chunk.length - written)).bytesWritten;
    } catch (error) {
      throw writingFailure(this.#folder, error);
    }
    this.#hash.update(chunk);
    this.bytes += chunk.length;
  }

  async empty(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = arrivalHash(this.#id.algorithm);
    this.bytes = 0;
  }

  digest(): string {
    return this.#hash.digest();
  }

  isWhole(): boolean {
    return this.#hash.proves(this.#id);
  }

  /** A power cut must not leave an empty file under a name that is trusted; small ones cost more than they risk. */
  async sync(): Promise<void> {
    if (this.bytes < syncedBytes) return;
    await this.#handle.datasync().catch((error: unknown) => {
      throw diskFull(this.#folder, error);
    });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
