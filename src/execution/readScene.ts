/** What stands just before the place at which a log is gone on from. */
import { closeSync, openSync, readSync } from 'node:fs';

/** How far back the `Epoch 3/10` line is looked for. */
const sceneBytes = 64 * 1024;

export interface Scene {
  readonly bytes: Buffer;
  /** The place is within a line, whose beginning was taken in before. */
  readonly midLine: boolean;
}

/** A file that cannot be read has no scene. */
export function readScene(path: string, offset: number): Scene {
  const bytes = readBefore(path, offset);
  const last = bytes.at(-1);
  return { bytes, midLine: last !== undefined && last !== 0x0a && last !== 0x0d };
}

function readBefore(path: string, offset: number): Buffer {
  const bytes = Buffer.alloc(Math.min(offset, sceneBytes));
  if (bytes.length === 0) return bytes;
  try {
    const descriptor = openSync(path, 'r');
    try {
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset - bytes.length));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
