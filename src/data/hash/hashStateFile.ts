/**
 * Hashes that are known, with the numbers that their files had: one binary file for each pinned folder and one for all
 * single files. Only ever a saving of time: whatever is damaged, old or of another version is read as nothing, and of
 * two processes that write at once one wins.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { statWidth, type FileColumns } from '../walk/fileColumns.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';

export interface KnownHashes {
  readonly columns: FileColumns;
  /** 16 bytes for each path. */
  readonly md5s: Uint8Array;
  /** 1: the content cannot have changed since without the numbers showing it. */
  readonly settled: Uint8Array;
  /** Value of the listing of exactly these paths and hashes, where that was made. */
  readonly listing?: string;
  /** Where it was read from a file: its bytes, for threads to look into. */
  readonly shared?: SharedState;
}

/** The file of a state in memory that threads share, and where things lie in it. */
export interface SharedState {
  readonly bytes: SharedArrayBuffer;
  readonly count: number;
  readonly statsAt: number;
  /** Bytes from the start at which the names of files 0, `markEvery`, 2 × `markEvery`… begin, and the end of the last. */
  readonly marks: Float64Array;
}

/** Every so many names it is noted where they begin. */
export const markEvery = 1_000;

// The format: magic, length of everything, then counts, then the columns, those of numbers from a multiple of 8; crc32
// at the end. Names are UTF-8 with NUL between them.
const magic = 'LSHASH02';
const headBytes = 48;

/** Undefined where there is none that can be read. */
export async function readKnownHashes(path: string): Promise<KnownHashes | undefined> {
  try {
    return await Promise.resolve(decodeKnownHashes(readShared(path)));
  } catch {
    return undefined;
  }
}

/** In one go: a state is some megabytes at most, and its reader waits for it. */
function readShared(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.from(new SharedArrayBuffer(fstatSync(fd).size));
    for (let at = 0; at < bytes.length;) {
      const read = readSync(fd, bytes, at, bytes.length - at, at);
      if (read === 0) break;
      at += read;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** Resolves with false where it cannot be written (a read-only folder, a full disk): nothing depends on it. */
export async function writeKnownHashes(path: string, known: KnownHashes): Promise<boolean> {
  const temporary = join(dirname(path), ownTemporary());
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, encodeKnownHashes(known), { flag: 'wx' });
    await rename(temporary, path);
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}

export function encodeKnownHashes(known: KnownHashes): Buffer {
  const { paths, stats } = known.columns;
  const names = Buffer.from(paths.join('\0'), 'utf8');
  const listing = Buffer.from(known.listing ?? '', 'latin1');
  const at = layout(paths.length, names.length, listing.length);
  const bytes = Buffer.alloc(at.end);
  bytes.write(magic, 0, 'latin1');
  bytes.writeDoubleLE(at.end, 8);
  bytes.writeDoubleLE(paths.length, 16);
  bytes.writeDoubleLE(names.length, 24);
  bytes.writeDoubleLE(listing.length, 32);
  bytes.set(new Uint8Array(stats.buffer, stats.byteOffset, paths.length * statWidth * 8), at.stats);
  const marks = new Float64Array(bytes.buffer, bytes.byteOffset + at.marks, at.markCount);
  let place = at.names;
  for (const [index, path] of paths.entries()) {
    if (index % markEvery === 0) marks[index / markEvery] = place;
    place += Buffer.byteLength(path) + 1;
  }
  marks[at.markCount - 1] = at.names + names.length;
  bytes.set(known.md5s, at.md5s);
  bytes.set(known.settled, at.settled);
  bytes.set(names, at.names);
  bytes.set(listing, at.listing);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, at.sum)), at.sum);
  return bytes;
}

/** Undefined for bytes that are not whole and right. */
export function decodeKnownHashes(bytes: Buffer): KnownHashes | undefined {
  if (bytes.length < headBytes || bytes.toString('latin1', 0, 8) !== magic) return undefined;
  const [count, nameBytes, listingBytes] = [16, 24, 32].map(offset => bytes.readDoubleLE(offset));
  if (!isCount(count) || !isCount(nameBytes) || !isCount(listingBytes)) return undefined;
  const at = layout(count, nameBytes, listingBytes);
  if (at.end !== bytes.length || bytes.readDoubleLE(8) !== at.end) return undefined;
  if (crc32(bytes.subarray(0, at.sum)) !== bytes.readUInt32LE(at.sum)) return undefined;
  // Buffers of the pool begin anywhere; numbers need a multiple of 8.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  const stats = new Float64Array(aligned.buffer, aligned.byteOffset + at.stats, count * statWidth);
  const marks = new Float64Array(aligned.buffer, aligned.byteOffset + at.marks, at.markCount);
  if (!marks.every((mark, index) => mark >= (marks[index - 1] ?? at.names) && mark <= at.names + nameBytes))
    return undefined;
  const listing = bytes.toString('latin1', at.listing, at.listing + listingBytes);
  const shared =
    aligned.buffer instanceof SharedArrayBuffer
      ? { bytes: aligned.buffer, count, statsAt: aligned.byteOffset + at.stats, marks }
      : undefined;
  let paths: readonly string[] | undefined;
  return {
    columns: {
      // Whoever finds that nothing has changed asks for no name.
      get paths() {
        return (paths ??=
          count === 0 ? [] : bytes.toString('utf8', at.names, at.names + nameBytes).split('\0'));
      },
      stats,
    },
    md5s: bytes.subarray(at.md5s, at.md5s + 16 * count),
    settled: bytes.subarray(at.settled, at.settled + count),
    ...(listing === '' ? {} : { listing }),
    ...(shared === undefined ? {} : { shared }),
  };
}

function layout(count: number, nameBytes: number, listingBytes: number) {
  const stats = headBytes;
  const marks = stats + count * statWidth * 8;
  const markCount = Math.ceil(count / markEvery) + 1;
  const md5s = marks + markCount * 8;
  const settled = md5s + count * 16;
  const names = settled + count;
  const listing = names + nameBytes;
  const sum = listing + listingBytes;
  return { stats, marks, markCount, md5s, settled, names, listing, sum, end: sum + 4 };
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
