/**
 * Appends points to a metric log. One synchronous write an append: when it returns, the points are with the system and
 * survive the death of this process. A failed write leaves the log valid, and may be tried again.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  fstatSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { monotonicFactory } from 'ulid';
import { metricsNotWritten } from './errors.ts';
import { encodeFrame, metricLogMagic, type SourceProgress } from './metricFrames.ts';
import { MetricLogParser, SeriesCollection } from './metricLogParser.ts';
import type { MetricPoint } from './metricSeries.ts';

/** Readers take logs by their names: of two that are made in one millisecond the later one must sort later, too. */
const laterName = monotonicFactory();

/** A frame is split before it holds more points than this: 32 MB, half of what readers take for damage. */
const maxPointsPerFrame = 1_000_000;

export class MetricLogWriter {
  /** The file really written: another than asked for when that one turned out to be damaged. */
  readonly path: string;
  #descriptor: number | undefined;
  readonly #numbers = new Map<string, number>();
  #end: number;
  #closed = false;

  private constructor(path: string, descriptor: number, end: number, keys: readonly string[]) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#end = end;
    keys.forEach((key, number) => this.#numbers.set(key, number));
  }

  /**
   * Opens `path` to append to it, or creates it; the folder must exist. A torn tail is cut off. A file that is not a
   * sound log is left as it is, and `<name>.<ulid>.bin` beside it is written instead.
   * Throws `metrics-not-written`.
   */
  static open(path: string): MetricLogWriter {
    try {
      return MetricLogWriter.#open(path) ?? MetricLogWriter.#create(besidePath(path));
    } catch (error) {
      throw metricsNotWritten(path, error);
    }
  }

  static #open(path: string): MetricLogWriter | undefined {
    if (!existsSync(path)) return MetricLogWriter.#create(path);
    return MetricLogWriter.#take(openSync(path, 'r+'), descriptor => {
      const parser = new MetricLogParser(new SeriesCollection());
      const size = fstatSync(descriptor).size;
      parser.feed(readWhole(descriptor, size));
      if (parser.problem !== undefined || parser.keys.includes(undefined as never)) {
        closeSync(descriptor);
        return undefined;
      }
      if (parser.takenBytes === 0) {
        ftruncateSync(descriptor, 0);
        writeAll(descriptor, metricLogMagic, 0);
      } else if (parser.takenBytes < size) ftruncateSync(descriptor, parser.takenBytes);
      const end = Math.max(parser.takenBytes, metricLogMagic.length);
      return new MetricLogWriter(path, descriptor, end, parser.keys);
    });
  }

  static #create(path: string): MetricLogWriter {
    return MetricLogWriter.#take(openSync(path, 'wx'), descriptor => {
      writeAll(descriptor, metricLogMagic, 0);
      return new MetricLogWriter(path, descriptor, metricLogMagic.length, []);
    });
  }

  /** Whoever tries again on a full disk must not use up the descriptors of the process. */
  static #take<T>(descriptor: number, make: (descriptor: number) => T): T {
    try {
      return make(descriptor);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /**
   * Adds the points, and with them how far their sources are read: all in one frame, so that a reader sees both or
   * neither (more than a million points take several; the progress is then in the last).
   * Throws `metrics-not-written`; nothing of the frame at fault is then in the log.
   */
  append(points: readonly MetricPoint[], progress: readonly SourceProgress[] = []): void {
    if (points.length === 0 && progress.length === 0) return;
    let from = 0;
    do {
      const chunk =
        points.length <= maxPointsPerFrame ? points : points.slice(from, from + maxPointsPerFrame);
      from += maxPointsPerFrame;
      this.#appendFrame(chunk, from >= points.length ? progress : []);
    } while (from < points.length);
  }

  #appendFrame(points: readonly MetricPoint[], progress: readonly SourceProgress[]): void {
    const newKeys = new Map<string, number>();
    const numberOf = (key: string): number => this.#numbers.get(key) ?? newKeys.get(key) ?? 0;
    for (const { key } of points)
      if (!this.#numbers.has(key) && !newKeys.has(key)) newKeys.set(key, this.#numbers.size + newKeys.size);
    const frame = encodeFrame(
      [...newKeys].map(([text, number]) => ({ text, number })),
      points,
      numberOf,
      progress,
    );
    try {
      writeAll(this.#opened(), frame, this.#end);
    } catch (error) {
      this.#cutBack();
      throw metricsNotWritten(this.path, error);
    }
    this.#end += frame.length;
    for (const [key, number] of newKeys) this.#numbers.set(key, number);
  }

  /** A part of the frame may be in the file; if it cannot be cut off either, the next append writes over it. */
  #cutBack(): void {
    try {
      if (this.#descriptor !== undefined) ftruncateSync(this.#descriptor, this.#end);
    } catch {
      // Readers leave out what is not a whole frame.
    }
  }

  #opened(): number {
    if (this.#closed) throw new Error('the log is closed');
    this.#descriptor ??= openSync(this.path, 'r+');
    return this.#descriptor;
  }

  /** Makes what was appended survive a power cut too. */
  sync(): void {
    if (this.#descriptor !== undefined) fsyncSync(this.#descriptor);
  }

  /** Lets the file go for now: the next append opens it again and goes on where this one stopped. */
  release(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }

  close(): void {
    this.release();
    this.#closed = true;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length)
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
}

function readWhole(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let read = 0;
  while (read < size) {
    const count = readSync(descriptor, bytes, read, size - read, read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

function besidePath(path: string): string {
  return join(dirname(path), `${basename(path, '.bin')}.${laterName()}.bin`);
}
