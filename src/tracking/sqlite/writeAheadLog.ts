/**
 * Reads which pages the write-ahead log of a SQLite database holds: for each page the newest frame of a committed
 * transaction. Frames of an earlier use of the log differ in their salt; the first that does not fit ends it.
 * Source of the format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { readSync } from 'node:fs';

const headBytes = 32;
const frameHeadBytes = 24;

/** Page number → where its bytes lie in the log. Empty for a log that is none, or of another page size. */
export function readLogFrames(descriptor: number, pageBytes: number): Map<number, number> {
  const head = Buffer.alloc(headBytes);
  const committed = new Map<number, number>();
  if (readSync(descriptor, head, 0, headBytes, 0) < headBytes) return committed;
  const magic = head.readUInt32BE(0);
  if ((magic & ~1) >>> 0 !== 0x377f0682 || head.readUInt32BE(8) !== pageBytes) return committed;
  const bigEndian = (magic & 1) === 1;
  let sum = checksum(head, 0, 24, [0, 0], bigEndian);
  if (sum[0] !== head.readUInt32BE(24) || sum[1] !== head.readUInt32BE(28)) return committed;

  const open = new Map<number, number>();
  const frame = Buffer.alloc(frameHeadBytes + pageBytes);
  for (
    let at = headBytes;
    readSync(descriptor, frame, 0, frame.length, at) === frame.length;
    at += frame.length
  ) {
    if (frame.readUInt32BE(8) !== head.readUInt32BE(16) || frame.readUInt32BE(12) !== head.readUInt32BE(20))
      break;
    sum = checksum(frame, 0, 8, sum, bigEndian);
    sum = checksum(frame, frameHeadBytes, frame.length, sum, bigEndian);
    if (sum[0] !== frame.readUInt32BE(16) || sum[1] !== frame.readUInt32BE(20)) break;
    open.set(frame.readUInt32BE(0), at + frameHeadBytes);
    // Not zero in the last frame of a transaction: the size of the database after it.
    if (frame.readUInt32BE(4) === 0) continue;
    for (const [page, offset] of open) committed.set(page, offset);
    open.clear();
  }
  return committed;
}

function checksum(
  bytes: Buffer,
  from: number,
  to: number,
  [before0, before1]: readonly [number, number],
  bigEndian: boolean,
): [number, number] {
  let s0 = before0;
  let s1 = before1;
  for (let at = from; at + 8 <= to; at += 8) {
    s0 = (s0 + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + s1) >>> 0;
    s1 = (s1 + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + s0) >>> 0;
  }
  return [s0, s1];
}
