/**
 * `.npy`: one array. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. Invariant: an
 * array of pickled objects stays the bytes that it is.
 */
import type { FileHandle } from 'node:fs/promises';
import { tensorsUnreadable } from '../../errors.ts';
import { fileSource } from './byteSource.ts';
import type { ByteSource } from './byteSource.ts';
import { parseNpyHeader } from './npyHeader.ts';
import { countOf } from './readSafetensors.ts';
import type { Tensor, TensorSet } from './tensorFile.ts';

/** numpy itself writes a few hundred bytes and warns above 10,000. */
const mostHeaderBytes = 64 * 1024;
const magic = Buffer.from('\x93NUMPY', 'latin1');

export function isNpy(start: Buffer): boolean {
  return start.subarray(0, magic.length).equals(magic);
}

/** Rejects with `tensors-unreadable`. */
export async function readNpy(handle: FileHandle, size: number): Promise<TensorSet> {
  const tensor = await readArray(() => fileSource(handle, 0, size), size);
  return { format: 'npy', tensors: new Map([['array', tensor]]) };
}

/**
 * The array that `open` holds from its first byte on; `size` are all its bytes, heading included. Rejects with
 * `tensors-unreadable`.
 */
export async function readArray(open: () => ByteSource, size: number): Promise<Tensor> {
  const source = open();
  let dataStart: number;
  let header: ReturnType<typeof parseNpyHeader>;
  try {
    const start = Buffer.from(await source.read(8));
    if (!isNpy(start)) throw tensorsUnreadable('an array in it does not begin as numpy writes it');
    const version = start[6] ?? 0;
    if (version < 1 || version > 3) throw tensorsUnreadable(`its version ${version} is not known`);
    const lengthBytes = version === 1 ? 2 : 4;
    const length = (await source.read(lengthBytes)).readUIntLE(0, lengthBytes);
    if (length > mostHeaderBytes) throw tensorsUnreadable('its heading is too large');
    const text = (await source.read(length)).toString(version === 3 ? 'utf8' : 'latin1');
    header = parseNpyHeader(text);
    dataStart = 8 + lengthBytes + length;
  } finally {
    source.close();
  }
  const { type, shape, littleEndian, fortranOrder, itemBytes } = header;
  const byteLength = size - dataStart;
  if (itemBytes !== undefined && countOf(shape) * itemBytes !== byteLength)
    throw tensorsUnreadable('its shape does not fit its size');
  return {
    ...{ type, shape, byteLength, littleEndian, fortranOrder },
    open: () => startingAt(open(), dataStart),
  };
}

/** The same bytes without the first ones, which are read and dropped when the first of the others are wanted. */
function startingAt(source: ByteSource, start: number): ByteSource {
  let skipped: Promise<unknown> | undefined;
  const ready = (): Promise<unknown> => (skipped ??= source.read(start));
  return {
    async read(length) {
      await ready();
      return source.read(length);
    },
    async atEnd() {
      await ready();
      return source.atEnd();
    },
    close: source.close,
  };
}
