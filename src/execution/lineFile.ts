/**
 * A file of lines that only grows, written synchronously: when {@link LineFile.append} returns, the line survives this
 * process; when it throws, nothing of it is in the file. A torn last line, of a writer that was killed, is closed off.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { recordNotWritten } from '../runs/errors.ts';

const lineEnd = 0x0a;

export class LineFile {
  readonly path: string;
  /** What an earlier writer left is looked at once. */
  #whole = false;

  constructor(path: string) {
    this.path = path;
  }

  /** @param text One line or several, the end of the last included. Throws `record-not-written`. */
  append(text: string): void {
    try {
      // Opened for the moment only: a run may have hundreds of child runs with two such files each.
      const descriptor = openSync(this.path, 'a+');
      try {
        this.#append(descriptor, text);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw recordNotWritten(this.path, error);
    }
  }

  #append(descriptor: number, text: string): void {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.from(this.#whole || endsWhole(descriptor, size) ? text : `\n${text}`);
    try {
      for (let written = 0; written < bytes.length;)
        written += writeSync(descriptor, bytes, written, bytes.length - written);
    } catch (error) {
      ftruncateSync(descriptor, size);
      throw error;
    }
    this.#whole = true;
  }
}

function endsWhole(descriptor: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] === lineEnd;
}
