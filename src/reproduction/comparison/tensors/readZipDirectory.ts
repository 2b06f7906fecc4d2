/** The central directory of a zip file: PKWARE's APPNOTE.TXT 4.3.12, 4.3.14 to 4.3.16 and 4.5.3. */
import type { FileHandle } from 'node:fs/promises';
import { tensorsUnreadable } from '../../errors.ts';
import { fill } from './byteSource.ts';

export interface ZipMember {
  readonly name: string;
  /** 0 stored, 8 deflated; nothing else gets here. */
  readonly method: 0 | 8;
  /** Bytes in the file. */
  readonly storedSize: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Of the local header. */
  readonly offset: number;
  /** Where the next member begins: this one may not go further. */
  readonly end: number;
}

const mostDirectoryBytes = 32 * 1024 * 1024;
const mostMembers = 200_000;
/** The end record, and the longest comment behind it. */
const endBytes = 22;
const mostCommentBytes = 0xffff;

/** In the order of their names. Rejects with `tensors-unreadable`. */
export async function readZipDirectory(handle: FileHandle, size: number): Promise<ZipMember[]> {
  const tailBytes = Math.min(size, endBytes + mostCommentBytes);
  const tail = Buffer.alloc(tailBytes);
  await fill(handle, tail, tailBytes, size - tailBytes);
  let at = tailBytes - endBytes;
  while (at >= 0 && tail.readUInt32LE(at) !== 0x06054b50) at -= 1;
  if (at < 0) throw tensorsUnreadable('it has no zip directory');
  let count = tail.readUInt16LE(at + 10);
  let bytes = tail.readUInt32LE(at + 12);
  let offset = tail.readUInt32LE(at + 16);
  const end = size - tailBytes + at;
  if (count === 0xffff || bytes === 0xffffffff || offset === 0xffffffff) {
    const wide = await readWideEnd(handle, end);
    ({ count, bytes, offset } = wide ?? { count, bytes, offset });
  }
  if (bytes > mostDirectoryBytes || count > mostMembers) throw tensorsUnreadable('it has too many members');
  if (offset + bytes > end) throw tensorsUnreadable('its zip directory lies outside the file');
  const directory = Buffer.alloc(bytes);
  await fill(handle, directory, bytes, offset);
  const members = membersOf(directory, count);
  const inFile = members.toSorted((a, b) => a.offset - b.offset);
  return inFile
    .map((member, place) => {
      const limit = inFile[place + 1]?.offset ?? offset;
      if (member.offset + 30 + member.storedSize > limit) throw tensorsUnreadable('its members overlap');
      return { ...member, end: limit };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Zip64: a locator before the end record says where the wide end record is (4.3.14, 4.3.15). */
async function readWideEnd(
  handle: FileHandle,
  end: number,
): Promise<{ count: number; bytes: number; offset: number } | undefined> {
  if (end < 20 + 56) return undefined;
  const locator = Buffer.alloc(20);
  await fill(handle, locator, 20, end - 20);
  if (locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  const place = Number(locator.readBigUInt64LE(8));
  if (place + 56 > end) throw tensorsUnreadable('its zip directory lies outside the file');
  const record = Buffer.alloc(56);
  await fill(handle, record, 56, place);
  if (record.readUInt32LE(0) !== 0x06064b50) throw tensorsUnreadable('its zip directory cannot be read');
  return {
    count: Number(record.readBigUInt64LE(32)),
    bytes: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
}

function membersOf(directory: Buffer, count: number): Omit<ZipMember, 'end'>[] {
  const members: Omit<ZipMember, 'end'>[] = [];
  let at = 0;
  for (let entry = 0; entry < count; entry += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw tensorsUnreadable('its zip directory cannot be read');
    const flags = directory.readUInt16LE(at + 8);
    const method = directory.readUInt16LE(at + 10);
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const next = at + 46 + nameBytes + extraBytes + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw tensorsUnreadable('its zip directory cannot be read');
    // Encrypted (4.4.4, bit 0), or compressed in a way that numpy does not write.
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
      throw tensorsUnreadable('a member of it is compressed in an unknown way');
    const name = directory.subarray(at + 46, at + 46 + nameBytes).toString('utf8');
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const [size, storedSize, offset] = wideFields(extra, [
      directory.readUInt32LE(at + 24),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 42),
    ]);
    if (method === 0 && size !== storedSize) throw tensorsUnreadable('the sizes of a member do not agree');
    members.push({ name, method, storedSize, size, offset });
    at = next;
  }
  return members;
}

/** What does not fit into 32 bits stands in the extra field 1, only those and in this order (4.5.3). */
function wideFields(
  extra: Buffer,
  narrow: readonly [number, number, number],
): readonly [number, number, number] {
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1) at += 4 + extra.readUInt16LE(at + 2);
  let from = at + 4;
  const wide = (value: number): number => {
    if (value !== 0xffffffff) return value;
    if (from + 8 > extra.length) throw tensorsUnreadable('its zip directory cannot be read');
    const found = Number(extra.readBigUInt64LE(from));
    from += 8;
    if (!Number.isSafeInteger(found)) throw tensorsUnreadable('its zip directory cannot be read');
    return found;
  };
  return [wide(narrow[0]), wide(narrow[1]), wide(narrow[2])];
}
