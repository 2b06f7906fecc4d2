/** Reads and writes whole small files with as few system calls as there can be, through one buffer of the thread. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

/** A larger file is worth a copy in parts. */
export const smallFileBytes = 256 * 1024;

let buffer: Buffer | undefined;

/** The content, in a buffer that the next call overwrites; undefined where the file is larger than `smallFileBytes`. */
export function readSmallFile(fd: number): Buffer | undefined {
  const part = (buffer ??= Buffer.allocUnsafeSlow(smallFileBytes + 1));
  let filled = 0;
  while (filled < part.length) {
    const read = readSync(fd, part, filled, part.length - filled, filled);
    if (read === 0) return part.subarray(0, filled);
    filled += read;
    // Of a regular file less than was asked for is all there is; one more call would only say so.
    if (filled < part.length) return part.subarray(0, filled);
  }
  return undefined;
}

export function openToRead(path: string | Buffer): number {
  // Never waits for the writer of a pipe.
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;)
    written += writeSync(fd, bytes, written, bytes.length - written);
}

/** Closes without a further error of its own. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // The first error is the one to tell.
  }
}
