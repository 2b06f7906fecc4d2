/**
 * Reads what others append to a file, each byte once and in order. Reading is synchronous: the bytes were just
 * written and lie in memory, and a metric is drawn the sooner. A flood is taken in portions, so that everything else
 * gets its turn.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { systemErrorCode } from '../base/systemError.ts';

const portionBytes = 256 * 1024;
const portionsPerTurn = 8;

export class FileTail {
  readonly path: string;
  readonly #onBytes: (chunk: Buffer, offset: number) => void;
  readonly #buffer = Buffer.allocUnsafe(portionBytes);
  #descriptor: number | undefined;
  #offset: number;

  /** @param onBytes gets each new chunk and its offset in the file; the chunk is valid during the call only. */
  constructor(path: string, onBytes: (chunk: Buffer, offset: number) => void, offset = 0) {
    this.path = path;
    this.#onBytes = onBytes;
    this.#offset = offset;
  }

  /** Bytes handed on so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Hands on new bytes. Returns `'more'` when a flood is not yet taken in whole, `'some'`, or `'none'`. */
  read(): 'none' | 'some' | 'more' {
    const descriptor = this.#open();
    if (descriptor === undefined) return 'none';
    for (let portion = 0; portion < portionsPerTurn; portion++) {
      const count = readSync(descriptor, this.#buffer, 0, portionBytes, this.#offset);
      if (count === 0) return portion === 0 ? 'none' : 'some';
      const offset = this.#offset;
      this.#offset += count;
      this.#onBytes(this.#buffer.subarray(0, count), offset);
      if (count < portionBytes) return 'some';
    }
    return 'more';
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number | undefined {
    try {
      this.#descriptor ??= openSync(this.path, 'r');
      return this.#descriptor;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}
