/**
 * `logtimes.bin`: when which part of a log arrived, so that the log can be shown with times. Append-only records of
 * 24 bytes, little-endian: time in ms since the epoch (f64), offset up to which the bytes had arrived (f64), stream
 * (u32: 1 stdout, 2 stderr), check (u32). Two records of a stream are at least {@link resolutionMs} apart.
 */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import type { RunPaths } from '../runs/runPaths.ts';
import type { Tail } from './tailGroup.ts';

export const resolutionMs = 250;
const recordBytes = 24;

export type LogStream = 'stdout' | 'stderr';

export interface LogTime {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Bytes before this offset, and not before the previous record's, had arrived by then. */
  readonly offset: number;
  readonly stream: LogStream;
}

/** Thins out what it is told and appends it to an open file. */
export class LogTimesWriter {
  readonly #descriptor: number;
  readonly #open = new Map<LogStream, LogTime>();
  readonly #writtenAt = new Map<LogStream, number>();

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** `offset` bytes of `stream` had arrived at `time`. */
  note(stream: LogStream, offset: number, time: number): void {
    const last = this.#writtenAt.get(stream) ?? -Infinity;
    const pending = this.#open.get(stream);
    if (pending !== undefined && time - pending.time >= resolutionMs) this.#write(pending);
    const entry = { stream, offset, time };
    if (time - last >= resolutionMs) this.#write(entry);
    else this.#open.set(stream, entry);
  }

  /** Writes what was held back. */
  flush(): void {
    for (const entry of [...this.#open.values()]) this.#write(entry);
  }

  #write(entry: LogTime): void {
    this.#open.delete(entry.stream);
    this.#writtenAt.set(entry.stream, entry.time);
    writeSync(this.#descriptor, encodeLogTime(entry));
  }
}

/** Notes how far the two logs of a run have grown, each time it is asked to look. */
export class LogTimesIntake implements Tail {
  readonly #paths: RunPaths;
  readonly #descriptor: number;
  readonly #writer: LogTimesWriter;
  readonly #sizes = { stdout: 0, stderr: 0 };

  /** Throws the system's error when the file cannot be made. */
  constructor(paths: RunPaths) {
    this.#paths = paths;
    this.#descriptor = openSync(paths.logTimes, 'a');
    this.#writer = new LogTimesWriter(this.#descriptor);
  }

  read(): 'none' | 'some' {
    let outcome: 'none' | 'some' = 'none';
    for (const stream of ['stdout', 'stderr'] as const) {
      const size = statSync(this.#paths[stream], { throwIfNoEntry: false })?.size ?? 0;
      if (size <= this.#sizes[stream]) continue;
      this.#sizes[stream] = size;
      this.#writer.note(stream, size, Date.now());
      outcome = 'some';
    }
    return outcome;
  }

  close(): void {
    try {
      this.#writer.flush();
    } finally {
      closeSync(this.#descriptor);
    }
  }
}

export function encodeLogTime(entry: LogTime): Buffer {
  const record = Buffer.alloc(recordBytes);
  record.writeDoubleLE(entry.time, 0);
  record.writeDoubleLE(entry.offset, 8);
  record.writeUInt32LE(entry.stream === 'stdout' ? 1 : 2, 16);
  record.writeUInt32LE(checkOf(record), 20);
  return record;
}

/** The records of a file's bytes in order; a torn tail and damaged records are left out. */
export function decodeLogTimes(bytes: Uint8Array): LogTime[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: LogTime[] = [];
  for (let at = 0; at + recordBytes <= buffer.length; at += recordBytes) {
    const record = buffer.subarray(at, at + recordBytes);
    if (record.readUInt32LE(20) !== checkOf(record)) continue;
    entries.push({
      time: record.readDoubleLE(0),
      offset: record.readDoubleLE(8),
      stream: record.readUInt32LE(16) === 1 ? 'stdout' : 'stderr',
    });
  }
  return entries;
}

function checkOf(record: Buffer): number {
  let check = 0x4c6f636b;
  for (let at = 0; at < 20; at += 4) check = (Math.imul(check, 31) + record.readUInt32LE(at)) >>> 0;
  return check;
}
