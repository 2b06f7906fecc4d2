/**
 * Hashes files at first sight, while the command goes on: what a file is like after the end is not what was read when
 * somebody has changed it meanwhile. Invariant: a hash is of bytes that had the size and time of the first sight before
 * they were read and after.
 */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { sha256OfFile } from '../../base/sha256OfFile.ts';
import { FileTail } from '../fileTail.ts';
import { sameTime } from './earlierUses.ts';
import type { SeenRead } from './readSeen.ts';

const lineSchema = z.object({ k: z.literal('r'), p: z.string(), s: z.number(), m: z.number() });

const firstLookMs = 100;
const lastLookMs = 3_000;
/** A folder of more files is a data set: it is hashed after the end, or known by its listing. */
const mostPerFolder = 200;
const mostFiles = 5000;
/** About a minute of one core; the rest is hashed after the end. */
const mostBytes = 64 * 1024 ** 3;

interface Hashed extends SeenRead {
  readonly sha256: string;
}

export class EarlyHashes {
  readonly #tail: FileTail;
  readonly #outside: (path: string) => string | undefined;
  readonly #perFolder = new Map<string, number>();
  readonly #first = new Map<string, SeenRead>();
  readonly #hashes = new Map<string, Hashed>();
  readonly #waiting: SeenRead[] = [];
  #inHand: { readonly size: number; readonly done: Promise<void> } | undefined;
  #left = mostBytes;
  #rest = '';
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /**
   * @param seen Of the Python hook; may come later, or never.
   * @param outside What this machine calls a file that the command names; undefined where it has none, or it is no matter.
   */
  constructor(seen: string, outside: (path: string) => string | undefined) {
    this.#outside = outside;
    this.#tail = new FileTail(seen, chunk => this.#take(chunk));
  }

  /** @param declared Files that are inputs whether anybody sees them being read or not. Absolute. */
  begin(declared: readonly string[]): void {
    for (const path of declared)
      void stat(path).then(
        found => {
          if (found.isFile()) this.#see({ path, size: found.size, modifiedAt: found.mtimeMs });
        },
        () => undefined,
      );
    let pause = firstLookMs;
    const look = (): void => {
      pause = this.#look() ? firstLookMs : Math.min(pause * 1.5, lastLookMs);
      if (this.#isOver) return;
      this.#timer = setTimeout(look, pause);
      this.#timer.unref();
    };
    look();
  }

  /** Size and time of a file when it was first seen. */
  firstSight(path: string): SeenRead | undefined {
    return this.#first.get(path);
  }

  /** Hex; undefined where it was not hashed as it was then. */
  hashOf(path: string, size: number | undefined, modifiedAt: number | undefined): string | undefined {
    const found = this.#hashes.get(path);
    return found?.size === size && sameTime(found?.modifiedAt ?? Infinity, modifiedAt)
      ? found?.sha256
      : undefined;
  }

  /** Hashes what is known by now, smallest first, as far as these bytes go. */
  async settle(bytes: number): Promise<void> {
    this.#look();
    for (let left = bytes; ;) {
      const next = this.#next(left);
      const size = next?.size ?? this.#inHand?.size ?? Infinity;
      if (size > left) return;
      left -= size;
      await (next === undefined ? this.#inHand?.done : this.#hash(next));
    }
  }

  /** Takes nothing new in hand. */
  async finish(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    await this.#inHand?.done;
    this.#tail.close();
  }

  /** True when there was anything new. */
  #look(): boolean {
    try {
      const before = this.#tail.offset;
      while (!this.#isOver && this.#tail.read() === 'more');
      return this.#tail.offset > before;
    } catch {
      return false;
    }
  }

  #take(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('{"k":"r"')) continue;
      const said = readLine(Buffer.from(line, 'latin1').toString('utf8'));
      const path = said === undefined ? undefined : this.#outside(said.p);
      if (said !== undefined && path !== undefined) this.#see({ path, size: said.s, modifiedAt: said.m });
    }
  }

  #see(read: SeenRead): void {
    if (this.#isOver || this.#first.has(read.path)) return;
    const folder = dirname(read.path);
    const files = (this.#perFolder.get(folder) ?? 0) + 1;
    this.#perFolder.set(folder, files);
    if (files > mostPerFolder || this.#first.size >= mostFiles) return;
    this.#first.set(read.path, read);
    this.#waiting.push(read);
    if (this.#inHand === undefined) this.#work();
  }

  #work(): void {
    const next = this.#next(this.#left);
    this.#inHand = undefined;
    if (next === undefined) return;
    this.#left -= next.size;
    this.#inHand = { size: next.size, done: this.#hash(next).then(() => this.#work()) };
  }

  /** The smallest that waits, where it is no larger. */
  #next(most: number): SeenRead | undefined {
    const smallest = this.#waiting.reduce(
      (best, { size }, at) => (size < (this.#waiting[best]?.size ?? Infinity) ? at : best),
      0,
    );
    if ((this.#waiting[smallest]?.size ?? Infinity) > most) return undefined;
    return this.#waiting.splice(smallest, 1)[0];
  }

  async #hash(read: SeenRead): Promise<void> {
    const isIt = async (): Promise<boolean> => {
      const found = await stat(read.path);
      return found.isFile() && found.size === read.size && sameTime(found.mtimeMs, read.modifiedAt);
    };
    try {
      if (!(await isIt())) return;
      const sha256 = await sha256OfFile(read.path);
      if (await isIt()) this.#hashes.set(read.path, { ...read, sha256 });
    } catch {
      // After the end it is said why it cannot be read.
    }
  }
}

function readLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
