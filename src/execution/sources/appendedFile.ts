/**
 * Follows a file that grows. A file of the same name with another inode, one that got shorter, and one whose read part
 * has changed, is a new file: its reader starts anew, after the rest of the old one was read.
 */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { noContent } from '../../tracking/sourceReader.ts';
import type { AppendedReader } from '../../tracking/sourceReader.ts';
import { retryMs } from './followedFile.ts';
import type { FollowedFile, StepOutcome } from './followedFile.ts';
import type { ContentIntake } from './trainingIntake.ts';

export interface AppendedFileOptions {
  readonly path: string;
  readonly intake: ContentIntake;
  readonly newReader: () => AppendedReader;
  /** Bytes that were there before the run: read, so that the rest is understood, and not taken. */
  readonly from: number;
  /** Of {@link appendedBufferBytes}; shared by files that are read in turns. */
  readonly buffer: Buffer;
  readonly onProblem: (text: string) => void;
}

/** A portion is parsed in about a millisecond. */
const portionBytes = 64 * 1024;
/** Of the read part, compared to notice a file that was written anew in place. */
const headBytes = 256;
const tailBytes = 64;

export const appendedBufferBytes = tailBytes + portionBytes;

export class AppendedFile implements FollowedFile {
  readonly path: string;
  readonly #options: AppendedFileOptions;
  #reader: AppendedReader;
  #handle: FileHandle | undefined;
  /** Undefined before it was opened for the first time. */
  #inode: number | undefined;
  #offset = 0;
  #from: number;
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #readerWaits = false;
  #isOld = false;
  #time = Date.now();
  #ended = false;

  constructor(options: AppendedFileOptions) {
    this.path = options.path;
    this.#options = options;
    this.#reader = options.newReader();
    this.#from = options.from;
  }

  async step(): Promise<StepOutcome> {
    const { intake, path, onProblem } = this.#options;
    if (!intake.flush()) return retryMs;
    if (this.#readerWaits) {
      this.#push(Buffer.alloc(0));
      return 'more';
    }
    try {
      if (!(await this.#open())) return 'done';
      return await this.#read();
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT') return 'done';
      onProblem(`${path} cannot be read: ${errorText(error)}`);
      return 'done';
    }
  }

  end(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true;
      while (this.#readerWaits) this.#push(Buffer.alloc(0));
      this.#options.intake.take(this.#reader.end(this.#time));
      this.#options.intake.end();
    }
    return Promise.resolve();
  }

  async release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
  }

  /** False when there is nothing to read. */
  async #open(): Promise<boolean> {
    if (this.#handle === undefined) {
      const found = await stat(this.path);
      if (found.ino === this.#inode && found.size === this.#offset) return false;
      this.#handle = await open(this.path, 'r');
      const { ino } = await this.#handle.stat();
      if (this.#inode !== undefined && this.#inode !== ino) this.#beginAnew();
      this.#inode = ino;
      return true;
    }
    const now = await stat(this.path).catch(() => undefined);
    if (now === undefined || now.ino === this.#inode) return true;
    // Replaced: first the rest of the old one, which can still be read.
    const { size } = await this.#handle.stat();
    if (size > this.#offset) return true;
    await this.release();
    return this.#open();
  }

  async #read(): Promise<StepOutcome> {
    const handle = this.#handle;
    if (handle === undefined) return 'done';
    const { size, mtimeMs } = await handle.stat();
    this.#time = Math.min(mtimeMs, Date.now());
    if (size < this.#offset || (size > this.#offset && !(await this.#isSameHead(handle)))) this.#beginAnew();
    if (size === this.#offset || this.#reader.dead) return 'done';
    const before = this.#tail.length;
    const limit = this.#offset < this.#from ? this.#from - this.#offset : portionBytes;
    const length = before + Math.min(portionBytes, limit);
    const { buffer } = this.#options;
    const { bytesRead } = await handle.read(buffer, 0, length, this.#offset - before);
    if (bytesRead < before || !buffer.subarray(0, before).equals(this.#tail)) {
      this.#beginAnew();
      return 'more';
    }
    const bytes = buffer.subarray(before, bytesRead);
    if (bytes.length === 0) return 'done';
    this.#remember(buffer.subarray(0, bytesRead), bytes);
    this.#push(bytes);
    return this.#offset < size || this.#readerWaits ? 'more' : 'done';
  }

  #push(bytes: Buffer): void {
    // What the reader still holds is as old as the bytes it came from.
    if (bytes.length > 0) this.#isOld = this.#offset < this.#from;
    this.#offset += bytes.length;
    const content = this.#reader.push(bytes, this.#time);
    this.#readerWaits = content.more === true;
    this.#options.intake.take(this.#isOld ? { ...noContent, problems: content.problems } : content);
  }

  #remember(read: Buffer, fresh: Buffer): void {
    this.#tail = Buffer.from(read.subarray(-tailBytes));
    if (this.#head.length < headBytes)
      this.#head = Buffer.concat([this.#head, fresh.subarray(0, headBytes - this.#head.length)]);
  }

  async #isSameHead(handle: FileHandle): Promise<boolean> {
    if (this.#head.length === 0) return true;
    const head = Buffer.allocUnsafe(this.#head.length);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    return bytesRead === head.length && head.equals(this.#head);
  }

  #beginAnew(): void {
    if (!this.#reader.dead) this.#options.intake.take(this.#reader.end(this.#time));
    this.#reader = this.#options.newReader();
    this.#offset = 0;
    this.#from = 0;
    this.#head = Buffer.alloc(0);
    this.#tail = Buffer.alloc(0);
    this.#readerWaits = false;
    this.#options.intake.beginAnew();
  }
}
