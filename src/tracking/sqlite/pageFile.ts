/**
 * The pages of a SQLite database as the last committed transaction left them: those of the file, and over them those
 * that wait in its write-ahead log. Opens both for reading only, takes no lock and writes nothing, neither a `-wal`
 * nor a `-shm`; who needs to know asks {@link PageFile.changed} whether somebody wrote meanwhile.
 * Source of the format: https://www.sqlite.org/fileformat2.html
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { databaseDamaged, databaseInTransaction, notADatabase } from './errors.ts';
import { readLogFrames } from './writeAheadLog.ts';

export type TextEncoding = 'utf8' | 'utf16le' | 'utf16be';

const blockBytes = 64 * 1024;
const keptBlocks = 256;
const journalMagic = Buffer.from('d9d505f920a163d7', 'hex');

export class PageFile {
  readonly path: string;
  /** Bytes of a page, those at its end that are reserved for extensions included. */
  readonly pageBytes: number;
  readonly usableBytes: number;
  readonly encoding: TextEncoding;
  readonly pageCount: number;
  readonly #descriptor: number;
  readonly #log: { readonly descriptor: number; readonly frames: ReadonlyMap<number, number> } | undefined;
  readonly #stamp: string;
  /** Least recently used first. */
  readonly #blocks = new Map<number, Buffer>();

  /** Throws `database-not-sqlite`, `database-in-transaction`, `database-damaged`, or the system's error. */
  constructor(path: string) {
    this.path = path;
    this.#stamp = stampOf(path);
    if (readHead(`${path}-journal`, 8).equals(journalMagic)) throw databaseInTransaction(path);
    this.#descriptor = openSync(path, 'r');
    try {
      const head = Buffer.alloc(100);
      const read = readSync(this.#descriptor, head, 0, head.length, 0);
      if (read < head.length || head.toString('latin1', 0, 16) !== 'SQLite format 3\0')
        throw notADatabase(path);
      const size = head.readUInt16BE(16);
      this.pageBytes = size === 1 ? 65_536 : size;
      this.usableBytes = this.pageBytes - head.readUInt8(20);
      if (!Number.isInteger(Math.log2(this.pageBytes)) || this.pageBytes < 512 || this.usableBytes < 480)
        throw databaseDamaged(path, 'its page size');
      this.#log = openLog(`${path}-wal`, this.pageBytes);
      const first = this.#log === undefined ? undefined : this.#log.frames.get(1);
      this.encoding = encodings[(first === undefined ? head : this.page(1)).readUInt32BE(56)] ?? 'utf8';
      const pages = Math.floor(fstatSync(this.#descriptor).size / this.pageBytes);
      // What the log adds lies in the log: a page further away is damage, and no reason to count up to it.
      this.pageCount = pages + (this.#log?.frames.size ?? 0);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Numbers count from 1. The bytes are the caller's only until the next call. Throws `database-damaged`. */
  page(number: number): Buffer {
    const frame = this.#log?.frames.get(number);
    if (this.#log !== undefined && frame !== undefined) {
      const page = Buffer.allocUnsafe(this.pageBytes);
      if (readSync(this.#log.descriptor, page, 0, page.length, frame) === page.length) return page;
      throw databaseDamaged(this.path, `page ${number}`);
    }
    const at = (number - 1) * this.pageBytes;
    const block = this.#block(Math.floor(at / blockBytes));
    const from = at % blockBytes;
    if (number < 1 || from + this.pageBytes > block.length)
      throw databaseDamaged(this.path, `page ${number}`);
    return block.subarray(from, from + this.pageBytes);
  }

  /** Whether the database was written since it was opened: what was read may then be parts of two states. */
  changed(): boolean {
    return stampOf(this.path) !== this.#stamp;
  }

  close(): void {
    closeSync(this.#descriptor);
    if (this.#log !== undefined) closeSync(this.#log.descriptor);
  }

  #block(number: number): Buffer {
    let block = this.#blocks.get(number);
    if (block === undefined) {
      const bytes = Buffer.allocUnsafe(blockBytes);
      const count = number < 0 ? 0 : readSync(this.#descriptor, bytes, 0, blockBytes, number * blockBytes);
      block = bytes.subarray(0, count);
      const oldest = this.#blocks.size >= keptBlocks ? this.#blocks.keys().next().value : undefined;
      if (oldest !== undefined) this.#blocks.delete(oldest);
    } else this.#blocks.delete(number);
    this.#blocks.set(number, block);
    return block;
  }
}

const encodings: Readonly<Record<number, TextEncoding>> = { 1: 'utf8', 2: 'utf16le', 3: 'utf16be' };

function openLog(
  path: string,
  pageBytes: number,
): { descriptor: number; frames: ReadonlyMap<number, number> } | undefined {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= 32) return undefined;
  const descriptor = openSync(path, 'r');
  const frames = readLogFrames(descriptor, pageBytes);
  if (frames.size > 0) return { descriptor, frames };
  closeSync(descriptor);
  return undefined;
}

/** Every transaction changes one of these: times and sizes, and the counter in the file's own heading. */
function stampOf(path: string): string {
  const parts = [path, `${path}-wal`].map(file => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? '' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
  });
  return [...parts, readHead(path, 100).toString('hex', 24, 28)].join(' ');
}

function readHead(path: string, length: number): Buffer {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return Buffer.alloc(0);
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(length);
    return head.subarray(0, readSync(descriptor, head, 0, length, 0));
  } finally {
    closeSync(descriptor);
  }
}
