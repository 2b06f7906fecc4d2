/**
 * What is packed into a file, for somebody who looks for secrets: zip (wheels and `.npz` too), gzip and tar. Nothing is
 * written anywhere, and everything is bounded: an archive can claim to be a thousand times what it is.
 */
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { packingOf } from './readableText.ts';

export interface PackedFile {
  /** As the archive says; '' for the one thing that a gzip holds. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** What may be unpacked of all that leaves; counts down. */
export interface UnpackRoom {
  bytes: number;
  files: number;
}

export function unpackRoom(): UnpackRoom {
  return { bytes: 128 * 1024 * 1024, files: 10_000 };
}

/** Why the rest of a packed file was not looked at, as `encrypted`. */
export class NotUnpacked extends Error {
  /** The file of an archive that it is about. */
  readonly place: string | undefined;

  constructor(message: string, place?: string) {
    super(message);
    this.place = place;
  }
}

/** The name of the packing of a file; undefined for one that is none. */
export function packedAs(bytes: Buffer): string | undefined {
  const packing = packingOf(bytes);
  return packing ?? (isTar(bytes) ? 'tar' : undefined);
}

/** File by file. Throws {@link NotUnpacked} where it cannot go on; takes from `room`. */
export function* unpack(bytes: Buffer, packing: string, room: UnpackRoom): Generator<PackedFile> {
  if (packing === 'zip') yield* zipEntries(bytes, room);
  else if (packing === 'tar') yield* tarEntries(bytes, room);
  else if (packing === 'gzip')
    yield { name: '', bytes: taken(room, most => gunzipSync(bytes, { maxOutputLength: most })) };
  else throw new NotUnpacked('no part of Lockstep reads it');
}

function taken(room: UnpackRoom, inflate: (most: number) => Buffer): Buffer {
  if (room.files <= 0) throw new NotUnpacked('it holds too many files');
  try {
    if (room.bytes <= 0) throw new NotUnpacked(tooLarge);
    const content = inflate(room.bytes);
    room.bytes -= content.length;
    room.files--;
    return content;
  } catch (error) {
    if (error instanceof NotUnpacked) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new NotUnpacked(code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge : 'it is damaged');
  }
}

const tooLarge = 'all that is packed takes more than 128 MiB';

/** By its directory at the end (APPNOTE 6.3, 4.3.12); where that is not, nobody else finds a file either. */
function* zipEntries(bytes: Buffer, room: UnpackRoom): Generator<PackedFile> {
  const end = bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  if (end < 0 || end + 22 > bytes.length) throw new NotUnpacked('it is damaged');
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffff_ffff) throw new NotUnpacked('it is larger than a plain zip');
  for (let place = 0; place < count; place++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x0201_4b50)
      throw new NotUnpacked('it is damaged');
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (name.endsWith('/') && size === 0) continue;
    if ((flags & 1) !== 0) throw new NotUnpacked('it is encrypted');
    if (local + 30 > bytes.length) throw new NotUnpacked('it is damaged');
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(from, from + packed);
    if (content.length !== packed) throw new NotUnpacked('it is damaged');
    if (method !== 0 && method !== 8) throw new NotUnpacked(`it is packed by method ${method}`);
    yield {
      name,
      bytes: taken(room, most => {
        if (method === 8) return inflateRawSync(content, { maxOutputLength: most });
        if (content.length > most) throw new NotUnpacked(tooLarge);
        return content;
      }),
    };
  }
}

const block = 512;

function isTar(bytes: Buffer): boolean {
  return bytes.length >= block && bytes.toString('latin1', 257, 262) === 'ustar';
}

/** POSIX 1003.1 (ustar) with the long names of GNU and pax; what else pax says is a file like any other. */
function* tarEntries(bytes: Buffer, room: UnpackRoom): Generator<PackedFile> {
  let longName: string | undefined;
  for (let at = 0; at + block <= bytes.length;) {
    const header = bytes.subarray(at, at + block);
    at += block;
    if (header.every(byte => byte === 0)) continue;
    const digits = header
      .toString('latin1', 124, 136)
      .replace(/[\0 ]+$/, '')
      .trim();
    // Larger than octal digits tell: no such file fits here.
    if (!/^[0-7]+$/.test(digits)) throw new NotUnpacked('it is damaged');
    const size = parseInt(digits, 8);
    const content = bytes.subarray(at, at + size);
    if (content.length !== size) throw new NotUnpacked('it is cut off');
    at += Math.ceil(size / block) * block;
    const type = header.toString('latin1', 156, 157);
    if (type === 'L') {
      longName = textUntilZero(content);
      continue;
    }
    if (type === 'x') longName = /^\d+ path=(.*)$/m.exec(content.toString('utf8'))?.[1] ?? longName;
    const prefix = textUntilZero(header.subarray(345, 500));
    const name = longName ?? `${prefix === '' ? '' : `${prefix}/`}${textUntilZero(header.subarray(0, 100))}`;
    if (type !== 'x') longName = undefined;
    // Within what is here already: it costs a place, and no memory.
    if (room.files-- <= 0) throw new NotUnpacked('it holds too many files');
    if (size > 0) yield { name, bytes: content };
  }
}

function textUntilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
