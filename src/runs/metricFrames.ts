/**
 * The bytes of a metric log. A file is the 8 bytes `LSMETR1\n`, then frames: length u32, crc32 of the payload u32,
 * payload; all little-endian. A payload is a sequence of parts, each opened by one byte:
 *
 * - 1, a key: number u32, byte length u32, UTF-8 text. Numbers count up from 0 in each file.
 * - 2, points: count u32, then per point: key number u32, rank i32 (-1: none), step f64, time f64 (ms), value f64.
 * - 3, progress: offset f64, byte length u32, UTF-8 name of the source; or a mark of who logs a series, see
 *   seriesOwners.ts.
 *
 * A frame counts whole or not at all, so a point and the progress of the source it came from never part.
 */
import { crc32 as nativeCrc32 } from 'node:zlib';
import type { MetricPoint } from './metricSeries.ts';

export const metricLogMagic: Buffer = Buffer.from('LSMETR1\n', 'latin1');
export const frameHeaderBytes = 8;
/** A longer frame is taken for damage. Writers split long before. */
export const maxFrameBytes = 64 * 1024 * 1024;
export const pointBytes = 32;

/** How far a source of points (a log file, say) has been read when the points of the same frame were taken from it. */
export interface SourceProgress {
  readonly source: string;
  /** Bytes. */
  readonly offset: number;
}

/** The byte that opens a part of a payload. */
export const framePart = { key: 1, points: 2, progress: 3 } as const;

/** One frame, header included. */
export function encodeFrame(
  newKeys: readonly { readonly number: number; readonly text: string }[],
  points: readonly MetricPoint[],
  numberOf: (key: string) => number,
  progress: readonly SourceProgress[],
): Buffer {
  const keyTexts = newKeys.map(key => Buffer.from(key.text, 'utf8'));
  const sources = progress.map(entry => Buffer.from(entry.source, 'utf8'));
  let size = frameHeaderBytes;
  for (const text of keyTexts) size += 9 + text.length;
  if (points.length > 0) size += 5 + points.length * pointBytes;
  for (const source of sources) size += 13 + source.length;

  const frame = Buffer.allocUnsafe(size);
  let at = frameHeaderBytes;
  keyTexts.forEach((text, index) => {
    at = frame.writeUInt8(framePart.key, at);
    at = frame.writeUInt32LE(newKeys[index]?.number ?? 0, at);
    at = frame.writeUInt32LE(text.length, at);
    at += text.copy(frame, at);
  });
  if (points.length > 0) {
    at = frame.writeUInt8(framePart.points, at);
    at = frame.writeUInt32LE(points.length, at);
    for (const point of points) {
      at = frame.writeUInt32LE(numberOf(point.key), at);
      at = frame.writeInt32LE(storedRank(point.rank), at);
      at = frame.writeDoubleLE(point.step, at);
      at = frame.writeDoubleLE(point.time, at);
      at = frame.writeDoubleLE(point.value, at);
    }
  }
  sources.forEach((source, index) => {
    at = frame.writeUInt8(framePart.progress, at);
    at = frame.writeDoubleLE(progress[index]?.offset ?? 0, at);
    at = frame.writeUInt32LE(source.length, at);
    at += source.copy(frame, at);
  });
  frame.writeUInt32LE(size - frameHeaderBytes, 0);
  frame.writeUInt32LE(crc32(frame, frameHeaderBytes, size), 4);
  return frame;
}

/** What is no rank (anybody may print one) must not keep its point, and all that follow it, out of the log. */
export function storedRank(rank: number | undefined): number {
  return rank !== undefined && Number.isInteger(rank) && rank >= 0 && rank <= 0x7fffffff ? rank : -1;
}

const table = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 (ISO-HDLC, as in zip and PNG) of `bytes[from, to)`. Short pieces avoid the cost of leaving JavaScript. */
export function crc32(bytes: Buffer, from: number, to: number): number {
  if (to - from > 512) return nativeCrc32(bytes.subarray(from, to));
  let crc = 0xffffffff;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
