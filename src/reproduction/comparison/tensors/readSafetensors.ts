/**
 * safetensors: eight bytes with the length of the header (little-endian), the header as JSON, then the bytes of the
 * tensors, without holes and overlaps. Format: https://github.com/huggingface/safetensors, README "Format"; the rules
 * for offsets are those of its `safetensors/src/tensor.rs`.
 */
import type { FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { tensorsUnreadable } from '../../errors.ts';
import { fileSource, fill } from './byteSource.ts';
import type { Tensor, TensorSet } from './tensorFile.ts';
import { elementBytes, opaqueType, tensorTypes } from './tensorType.ts';
import type { TensorType } from './tensorType.ts';

/** The reference stops at 100 MB; a header of a hundred thousand tensors has ten. */
const mostHeaderBytes = 32 * 1024 * 1024;

const mostTensors = 100_000;

const lengthSchema = z.int().nonnegative();
const entrySchema = z.looseObject({
  dtype: z.string().max(32),
  shape: z.array(lengthSchema).max(64),
  data_offsets: z.tuple([lengthSchema, lengthSchema]),
});
const headerSchema = z.record(z.string(), z.unknown());

/** Rejects with `tensors-unreadable`. */
export async function readSafetensors(handle: FileHandle, size: number): Promise<TensorSet> {
  if (size < 8) throw tensorsUnreadable('it has no header');
  const lengthBytes = Buffer.alloc(8);
  await fill(handle, lengthBytes, 8, 0);
  const length = Number(lengthBytes.readBigUInt64LE(0));
  if (length > mostHeaderBytes) throw tensorsUnreadable('its header is too large');
  if (8 + length > size) throw tensorsUnreadable('its header ends outside the file');
  const header = Buffer.alloc(length);
  await fill(handle, header, length, 8);
  const begin = 8 + length;
  const tensors = new Map<string, Tensor>();
  const parts: { readonly start: number; readonly end: number }[] = [];
  let claimed = 0;
  for (const [name, value] of Object.entries(headerOf(header))) {
    if (name === '__metadata__') continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw tensorsUnreadable(`its header is wrong about ${name.slice(0, 80)}`);
    const { dtype, shape, data_offsets: offsets } = entry.data;
    const [start, end] = offsets;
    const type = (Object.hasOwn(types, dtype) ? types[dtype] : undefined) ?? opaqueType(dtype);
    const bytes = elementBytes(type);
    if (end < start || (bytes !== undefined && countOf(shape) * bytes !== end - start))
      throw tensorsUnreadable(`the shape of ${name.slice(0, 80)} does not fit its size`);
    claimed += end - start;
    // Said at once: whoever made a header of overlaps made it long.
    if (claimed > size - begin) throw tensorsUnreadable('its tensors overlap, or end outside the file');
    if (parts.length === mostTensors) throw tensorsUnreadable('it has too many tensors');
    parts.push({ start, end });
    tensors.set(name, {
      ...{ type, shape, byteLength: end - start, littleEndian: true, fortranOrder: false },
      open: () => fileSource(handle, begin + start, end - start),
    });
  }
  parts.sort((a, b) => a.start - b.start || a.end - b.end);
  let reached = 0;
  for (const { start, end } of parts) {
    if (start !== reached) throw tensorsUnreadable('its tensors have holes between them, or overlap');
    reached = end;
  }
  if (begin + reached !== size) throw tensorsUnreadable('its tensors do not fill the file');
  return { format: 'safetensors', tensors };
}

/** Elements of a shape; not a whole number that can be trusted where there are too many. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function headerOf(bytes: Buffer): Record<string, unknown> {
  try {
    return headerSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw tensorsUnreadable('its header cannot be read', cause);
  }
}

const types: Readonly<Record<string, TensorType>> = {
  BOOL: tensorTypes.bool,
  U8: tensorTypes.uint8,
  I8: tensorTypes.int8,
  U16: tensorTypes.uint16,
  I16: tensorTypes.int16,
  U32: tensorTypes.uint32,
  I32: tensorTypes.int32,
  U64: tensorTypes.uint64,
  I64: tensorTypes.int64,
  F16: tensorTypes.float16,
  BF16: tensorTypes.bfloat16,
  F32: tensorTypes.float32,
  F64: tensorTypes.float64,
  C64: tensorTypes.complex64,
};
