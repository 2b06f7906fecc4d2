/**
 * The bytes of the index. A title of fixed length, `lockstep-index 2 <crc32 of the heading> <its length>`, the heading,
 * then the rows one after another, each one line of JSON (see summaryText.ts). The heading, in the machine's own byte
 * order because it is used as it lies: four uint32 (byte order mark, rows, shards, blocks), three float64 a row (stamps;
 * -1 for a run that must be read), a float64 a shard (modification time), a uint32 a row (where it ends, counted from
 * the first row), a uint32 a block of 256 rows (crc32), a byte a row (flags), 26 characters a row (ids, sorted), two
 * characters a shard.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { storePaths, type StorePath } from './runPaths.ts';

export interface IndexHeading {
  readonly stamps: Float64Array;
  readonly shardTimes: Float64Array;
  readonly rowEnds: Uint32Array;
  readonly blockSums: Uint32Array;
  readonly flags: Uint8Array;
  readonly ids: string;
  readonly shardNames: string;
  /** In bytes. */
  readonly length: number;
}

export interface RowFlags {
  readonly archived: boolean;
  /** See summaryText.ts. */
  readonly plain: boolean;
  readonly child: boolean;
}

export const idLength = 26;
export const rowsPerBlock = 256;

const version = 2;
const byteOrderMark = 0x01020304;
const markLength = 16;

/** Other versions have an index of their own, so that two versions side by side do not undo each other's work. */
export function runIndexPath(store: StorePath): string {
  return join(storePaths(store).index, `runs.${version}.bin`);
}

export function indexTitle(heading: Uint8Array): string {
  return `lockstep-index ${version} ${hex(crc32(heading))} ${hex(heading.length)}\n`;
}

export const titleLength = indexTitle(new Uint8Array()).length;

export function flagsOf({ archived, plain, child }: RowFlags): number {
  return (archived ? 1 : 0) | (plain ? 2 : 0) | (child ? 4 : 0);
}

export function isChild(flags: number): boolean {
  return (flags & 4) !== 0;
}

export function isArchived(flags: number): boolean {
  return (flags & 1) !== 0;
}

export function isPlain(flags: number): boolean {
  return (flags & 2) !== 0;
}

/** Arrays over `bytes` (which begin an array buffer of their own). Undefined when the counts do not fit. */
export function viewHeading(bytes: Buffer): IndexHeading | undefined {
  if (bytes.length < markLength) return undefined;
  const [mark, rows = 0, shards = 0, blocks = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 4);
  if (mark !== byteOrderMark || bytes.length !== headingLength(rows, shards, blocks)) return undefined;
  return headingOver(bytes, rows, shards, blocks);
}

/** A heading to be filled, and the bytes that it lies in; the texts are given, as they cannot be changed later. */
export function newHeading(ids: string, shardNames: string): { bytes: Buffer; heading: IndexHeading } {
  const rows = ids.length / idLength;
  const shards = shardNames.length / 2;
  const blocks = Math.ceil(rows / rowsPerBlock);
  const bytes = Buffer.from(new ArrayBuffer(headingLength(rows, shards, blocks)));
  new Uint32Array(bytes.buffer, 0, 4).set([byteOrderMark, rows, shards, blocks]);
  bytes.write(ids + shardNames, bytes.length - ids.length - shardNames.length, 'latin1');
  return { bytes, heading: headingOver(bytes, rows, shards, blocks) };
}

function headingOver(bytes: Buffer, rows: number, shards: number, blocks: number): IndexHeading {
  const { buffer } = bytes;
  let at = bytes.byteOffset + markLength;
  const next = (length: number): number => (at += length) - length;
  const stamps = new Float64Array(buffer, next(rows * 24), rows * 3);
  const shardTimes = new Float64Array(buffer, next(shards * 8), shards);
  const rowEnds = new Uint32Array(buffer, next(rows * 4), rows);
  const blockSums = new Uint32Array(buffer, next(blocks * 4), blocks);
  const flags = new Uint8Array(buffer, next(rows), rows);
  const texts = bytes.toString('latin1', at - bytes.byteOffset);
  return {
    stamps,
    shardTimes,
    rowEnds,
    blockSums,
    flags,
    ids: texts.slice(0, rows * idLength),
    shardNames: texts.slice(rows * idLength),
    length: bytes.length,
  };
}

function headingLength(rows: number, shards: number, blocks: number): number {
  return markLength + rows * (24 + 4 + 1 + idLength) + shards * (8 + 2) + blocks * 4;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
