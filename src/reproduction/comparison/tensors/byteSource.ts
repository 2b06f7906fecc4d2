/** Bytes to be read from the first on, in pieces as the reader wants them: a part of a file, or an inflated one. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { tensorsUnreadable } from '../../errors.ts';

export interface ByteSource {
  /** Exactly so many bytes, valid until the next call. Rejects with {@link tensorsUnreadable} where there are fewer. */
  readonly read: (length: number) => Promise<Buffer>;
  /** Whether everything has been read. */
  readonly atEnd: () => Promise<boolean>;
  readonly close: () => void;
}

/** @param start, length In bytes. */
export function fileSource(handle: FileHandle, start: number, length: number): ByteSource {
  let at = 0;
  let room = Buffer.alloc(0);
  return {
    async read(wanted) {
      if (wanted > length - at) throw tensorsUnreadable('it ends too early');
      if (room.length < wanted) room = Buffer.alloc(wanted);
      await fill(handle, room, wanted, start + at);
      at += wanted;
      return room.subarray(0, wanted);
    },
    atEnd: () => Promise.resolve(at === length),
    close: () => undefined,
  };
}

const pieceBytes = 64 * 1024;

/**
 * What a deflated part of a file holds (RFC 1951). Never more than `most` bytes, however many the part would become.
 */
export function inflatedSource(
  handle: FileHandle,
  { start, length, most }: { readonly start: number; readonly length: number; readonly most: number },
): ByteSource {
  const inflate = createInflateRaw({ chunkSize: 4 * pieceBytes });
  const inflated = inflate[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let pending: Buffer = Buffer.alloc(0);
  let given = 0;
  let ended = false;
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < length; at += pieceBytes) {
      const piece = Buffer.alloc(Math.min(pieceBytes, length - at));
      await fill(handle, piece, piece.length, start + at);
      yield piece;
    }
  }
  // What goes wrong is met where the inflated bytes are read.
  const fed = pipeline(pieces(), inflate).catch(() => undefined);
  const pull = async (): Promise<void> => {
    try {
      const next = await inflated.next();
      if (next.done === true) ended = true;
      else pending = pending.length === 0 ? next.value : Buffer.concat([pending, next.value]);
    } catch (cause) {
      throw tensorsUnreadable('its compressed data is damaged', cause);
    }
  };
  return {
    async read(wanted) {
      if (given + wanted > most) throw tensorsUnreadable('it holds more than it says');
      while (pending.length < wanted && !ended) await pull();
      if (pending.length < wanted) throw tensorsUnreadable('it ends too early');
      const part = pending.subarray(0, wanted);
      pending = pending.subarray(wanted);
      given += wanted;
      return part;
    },
    async atEnd() {
      while (pending.length === 0 && !ended) await pull();
      if (ended) await fed;
      return pending.length === 0;
    },
    close: () => void inflate.destroy(),
  };
}

/** Reads so many bytes at a place of the file into the beginning of `into`. */
export async function fill(
  handle: FileHandle,
  into: Buffer,
  length: number,
  position: number,
): Promise<void> {
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(into, done, length - done, position + done);
    if (bytesRead === 0) throw tensorsUnreadable('it ends too early');
    done += bytesRead;
  }
}
