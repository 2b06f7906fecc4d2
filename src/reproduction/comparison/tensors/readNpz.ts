/**
 * `.npz`: a zip file of `.npy` files. Format: PKWARE's APPNOTE.TXT, sections 4.3 (records), 4.4 (fields) and 4.5.3
 * (zip64); numpy stores or deflates. Invariants: where things lie is taken from the central directory and must lie in
 * the file without overlaps, so what can be inflated is bounded by the size of the file; never more than
 * {@link mostInflatedBytes} in all.
 */
import type { FileHandle } from 'node:fs/promises';
import { tensorsUnreadable } from '../../errors.ts';
import { fileSource, fill, inflatedSource } from './byteSource.ts';
import type { ByteSource } from './byteSource.ts';
import { readArray } from './readNpy.ts';
import type { Tensor, TensorSet } from './tensorFile.ts';
import { opaqueType } from './tensorType.ts';
import { readZipDirectory } from './readZipDirectory.ts';
import type { ZipMember } from './readZipDirectory.ts';

/** Deflate makes a thousand bytes of one; an array of zeros does so honestly, a trap with more of them. */
const mostInflatedBytes = 4 * 1024 ** 3;

export function isZip(start: Buffer): boolean {
  return start.length >= 4 && start.readUInt32LE(0) === 0x04034b50;
}

/** Undefined for a zip file of other things. Rejects with `tensors-unreadable`. */
export async function readNpz(handle: FileHandle, size: number): Promise<TensorSet | undefined> {
  const members = await readZipDirectory(handle, size);
  if (members.length === 0 || !members.every(({ name }) => name.endsWith('.npy'))) return undefined;
  const packed = members.filter(({ method }) => method !== 0);
  const inflated = packed.reduce((sum, { size: bytes }) => sum + bytes, 0);
  if (!(inflated <= mostInflatedBytes))
    throw tensorsUnreadable('unpacked it would be more than 4 GiB, too large to compare');
  const tensors = new Map<string, Tensor>();
  for (const member of members) {
    const name = member.name.slice(0, -'.npy'.length);
    if (tensors.has(name)) throw tensorsUnreadable(`it holds ${name.slice(0, 80)} twice`);
    tensors.set(name, await readMember(handle, member));
  }
  return { format: 'npz', tensors };
}

async function readMember(handle: FileHandle, member: ZipMember): Promise<Tensor> {
  const start = await dataStart(handle, member);
  const { method, storedSize, size } = member;
  const open = (): ByteSource => {
    if (method === 0) return fileSource(handle, start, storedSize);
    return inflatedSource(handle, { start, length: storedSize, most: size });
  };
  // numpy writes what it cannot name as an array as bytes under the same ending.
  if (size === 0)
    return {
      ...{ type: opaqueType('bytes'), shape: [0], byteLength: 0, littleEndian: true, fortranOrder: false },
      open,
    };
  return readArray(open, size);
}

/** After the local header, whose name and extra field have lengths of their own (4.3.7). */
async function dataStart(handle: FileHandle, { offset, end, storedSize }: ZipMember): Promise<number> {
  const local = Buffer.alloc(30);
  await fill(handle, local, 30, offset);
  if (local.readUInt32LE(0) !== 0x04034b50) throw tensorsUnreadable('its directory points to nothing');
  const start = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + storedSize > end) throw tensorsUnreadable('its members overlap');
  return start;
}
