/** Hashes a batch of files in a thread. A hash belongs to the numbers that come with it: a file that changes while it is read is read again. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { createHash, hash } from 'node:crypto';
import type { ObjectId } from '../objectId.ts';
import { fileFailure, ownFailure } from '../workers/fileFailure.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { splitPaths, type FileFailure } from '../workers/dataJobs.ts';
import { statWidth, writeStat } from '../walk/fileColumns.ts';
import { Dos2UnixHash } from './dos2unix.ts';

export interface HashBatch {
  /** Absolute folder with a slash behind it; empty where the paths are absolute. */
  readonly root: string;
  readonly paths: string;
  readonly algorithm: ObjectId['algorithm'];
}

export interface HashedBatch {
  /** 16 bytes for each file; zeros for one that failed. */
  readonly md5s: Uint8Array;
  /** `md5-dos2unix` alone: as DVC 2 made it, where `md5s` is as DVC 3 makes it. */
  readonly olderMd5s?: Uint8Array;
  /** `statWidth` numbers for each file, of the content that was hashed. */
  readonly stats: Float64Array;
  readonly failures: readonly FileFailure[];
}

const partBytes = 1024 * 1024;
const attempts = 3;
let buffer: Buffer | undefined;

export function hashBatch(batch: HashBatch, counter: MeterCounter): HashedBatch {
  const paths = splitPaths(batch.paths);
  const md5s = new Uint8Array(16 * paths.length);
  const legacy = batch.algorithm === 'md5-dos2unix';
  const olderMd5s = legacy ? new Uint8Array(16 * paths.length) : undefined;
  const stats = new Float64Array(statWidth * paths.length);
  const failures: FileFailure[] = [];
  for (const [index, path] of paths.entries()) {
    if (counter.stopped) break;
    try {
      if (olderMd5s === undefined) md5s.set(hashOne(batch.root + path, stats, index, counter), 16 * index);
      else {
        const both = hashLegacy(batch.root + path, stats, index, counter);
        md5s.set(both.md5, 16 * index);
        olderMd5s.set(both.olderMd5, 16 * index);
      }
    } catch (error) {
      failures.push(fileFailure(index, error));
    }
    counter.add(1, 0);
  }
  return { md5s, ...(olderMd5s === undefined ? {} : { olderMd5s }), stats, failures };
}

function hashOne(path: string, stats: Float64Array, index: number, counter: MeterCounter): Uint8Array {
  return readStable(path, stats, index, (fd, size) => {
    const part = (buffer ??= Buffer.allocUnsafeSlow(partBytes));
    const first = readSync(fd, part, 0, partBytes, 0);
    if (first === size && first < partBytes) {
      counter.add(0, first);
      return hash('md5', part.subarray(0, first), 'buffer');
    }
    const whole = createHash('md5');
    for (let read = first, at = 0; read > 0; read = readSync(fd, part, 0, partBytes, at)) {
      at += read;
      whole.update(part.subarray(0, read));
      counter.add(0, read);
      if (counter.stopped) break;
    }
    return whole.digest();
  });
}

function hashLegacy(
  path: string,
  stats: Float64Array,
  index: number,
  counter: MeterCounter,
): { md5: Uint8Array; olderMd5: Uint8Array } {
  return readStable(path, stats, index, fd => {
    const part = (buffer ??= Buffer.allocUnsafeSlow(partBytes));
    const hashes = new Dos2UnixHash();
    for (let at = 0; !counter.stopped;) {
      // Both variants decide by whole parts of 1 MiB: a read that comes back short is filled up.
      const read = readFully(fd, part, at);
      if (read === 0) break;
      at += read;
      hashes.update(part.subarray(0, read));
      counter.add(0, read);
    }
    return hashes.digest();
  });
}

function readFully(fd: number, part: Buffer, at: number): number {
  let filled = 0;
  while (filled < part.length) {
    const read = readSync(fd, part, filled, part.length - filled, at + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

function readStable<T>(
  path: string,
  stats: Float64Array,
  index: number,
  read: (fd: number, size: number) => T,
): T {
  for (let attempt = 1; ; attempt += 1) {
    // Never waits for the writer of a pipe that took the file's place.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const before = fstatSync(fd);
      if (!before.isFile()) throw ownFailure('special', 'it is no regular file');
      const value = read(fd, before.size);
      const after = fstatSync(fd);
      if (before.size === after.size && before.mtimeMs === after.mtimeMs) {
        writeStat(stats, index, after);
        return value;
      }
      if (attempt === attempts) throw ownFailure('changed', 'it changes while it is read');
    } finally {
      closeSync(fd);
    }
  }
}
