/**
 * Files whose content is a set of named tensors, opened without reading more than their headings. Invariants: the
 * memory used does not grow with the file, nothing in it is ever executed (a pickled object is so many bytes), and
 * whatever does not fit together is refused with {@link tensorsUnreadable}.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from './byteSource.ts';
import { isNpy, readNpy } from './readNpy.ts';
import { isZip, readNpz } from './readNpz.ts';
import { readSafetensors } from './readSafetensors.ts';
import type { TensorType } from './tensorType.ts';

export interface Tensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly littleEndian: boolean;
  /** The first index runs fastest. False for one dimension or none, where it makes no difference. */
  readonly fortranOrder: boolean;
  /** The elements from the first on. One source at a time. */
  readonly open: () => ByteSource;
}

export type TensorFormat = 'safetensors' | 'npz' | 'npy';

export interface TensorSet {
  readonly format: TensorFormat;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

export interface TensorFile extends TensorSet, AsyncDisposable {}

/** Undefined where the file is in none of the formats, by its first bytes or (safetensors has none) by `name`. */
export async function openTensorFile(path: string, name: string): Promise<TensorFile | undefined> {
  const handle = await open(path, 'r');
  let set: TensorSet | undefined;
  try {
    set = await readSet(handle, name);
  } finally {
    if (set === undefined) await handle.close();
  }
  return set === undefined ? undefined : { ...set, [Symbol.asyncDispose]: () => handle.close() };
}

async function readSet(handle: FileHandle, name: string): Promise<TensorSet | undefined> {
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
  const start = buffer.subarray(0, bytesRead);
  if (isNpy(start)) return readNpy(handle, size);
  if (isZip(start)) return readNpz(handle, size);
  return /\.safetensors$/i.test(name) ? readSafetensors(handle, size) : undefined;
}
