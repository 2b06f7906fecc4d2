/**
 * Writes whole series as a new metric log at once, from their columns: for a record that is made from what another tool
 * has kept. Such a log reads like one that grew point by point, series after series.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { metricsNotWritten } from './errors.ts';
import { crc32, frameHeaderBytes, framePart, metricLogMagic, pointBytes } from './metricFrames.ts';
import type { MetricSeries } from './metricSeries.ts';

const maxPointsPerFrame = 65_536;

/** `path` must not exist. Series of the same key (other ranks) share its number. Throws `metrics-not-written`. */
export function writeMetricSeries(path: string, all: readonly MetricSeries[]): void {
  try {
    const descriptor = openSync(path, 'wx');
    try {
      writeAll(descriptor, metricLogMagic);
      const numbers = new Map<string, number>();
      for (const series of all) {
        let newKey = !numbers.has(series.key);
        if (newKey) numbers.set(series.key, numbers.size);
        const number = numbers.get(series.key) ?? 0;
        for (let from = 0; from < series.steps.length; from += maxPointsPerFrame) {
          writeAll(descriptor, frameOf(series, number, newKey, from));
          newKey = false;
        }
        if (newKey) numbers.delete(series.key);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw metricsNotWritten(path, error);
  }
}

/** As {@link encodeFrame} lays it out. */
function frameOf(series: MetricSeries, number: number, newKey: boolean, from: number): Buffer {
  const count = Math.min(maxPointsPerFrame, series.steps.length - from);
  const key = Buffer.from(newKey ? series.key : '', 'utf8');
  const size = frameHeaderBytes + (newKey ? 9 + key.length : 0) + 5 + count * pointBytes;
  const frame = Buffer.allocUnsafe(size);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let at = frameHeaderBytes;
  if (newKey) {
    view.setUint8(at, framePart.key);
    view.setUint32(at + 1, number, true);
    view.setUint32(at + 5, key.length, true);
    at += 9;
    at += key.copy(frame, at);
  }
  view.setUint8(at, framePart.points);
  view.setUint32(at + 1, count, true);
  at += 5;
  const rank = series.rank ?? -1;
  for (let place = from; place < from + count; place++) {
    view.setUint32(at, number, true);
    view.setInt32(at + 4, rank, true);
    view.setFloat64(at + 8, series.steps[place] ?? 0, true);
    view.setFloat64(at + 16, series.times[place] ?? 0, true);
    view.setFloat64(at + 24, series.values[place] ?? Number.NaN, true);
    at += pointBytes;
  }
  view.setUint32(0, size - frameHeaderBytes, true);
  view.setUint32(4, crc32(frame, frameHeaderBytes, size), true);
  return frame;
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written);
}
