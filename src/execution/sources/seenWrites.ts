/** What the Python hook says about files that are opened for writing, as it comes; see capture/pythonHook. */
import * as z from 'zod';
import { FileTail } from '../fileTail.ts';

export interface SeenWrite {
  /** Absolute. */
  readonly path: string;
  readonly pid?: number | undefined;
  readonly rank?: number | undefined;
  /** Its content was thrown away, or it was put in place of another file. */
  readonly anew: boolean;
  /** Bytes it held before; absent for a new file. */
  readonly size?: number | undefined;
}

const lineSchema = z.object({
  k: z.enum(['w', 'rw']),
  p: z.string(),
  pid: z.int().optional(),
  rank: z.int().nonnegative().nullish(),
  anew: z.boolean().default(false),
  s: z.number().nonnegative().optional(),
});

const longestLine = 64 * 1024;

export class SeenWrites {
  readonly #tail: FileTail;
  readonly #onWrite: (write: SeenWrite) => void;
  readonly #outside: ((path: string) => string | undefined) | undefined;
  #rest = '';

  /**
   * @param path Of `seen.jsonl`.
   * @param outside For a command that runs elsewhere: what this machine calls a file, undefined where it has none. Of
   *   such a command the numbers of processes mean nothing here.
   */
  constructor(
    path: string,
    onWrite: (write: SeenWrite) => void,
    outside?: (path: string) => string | undefined,
  ) {
    this.#onWrite = onWrite;
    this.#outside = outside;
    this.#tail = new FileTail(path, chunk => this.#take(chunk));
  }

  /** Tells what is new. True when there was anything. Nothing, too, while it cannot be read. */
  read(): boolean {
    let found = false;
    try {
      for (;;) {
        const outcome = this.#tail.read();
        found ||= outcome !== 'none';
        if (outcome !== 'more') return found;
      }
    } catch {
      return found;
    }
  }

  close(): void {
    this.#tail.close();
  }

  #take(chunk: Buffer): void {
    // Names are ASCII or escaped but for letters beyond it, and a line is only read when it is whole.
    const text = this.#rest + chunk.toString('latin1');
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > longestLine) this.#rest = '';
    for (const line of lines) {
      if (!/^\{"k":"r?w"/.test(line)) continue;
      const write = readSeenWrite(Buffer.from(line, 'latin1').toString('utf8'));
      if (write !== undefined) this.#tell(write);
    }
  }

  #tell(write: SeenWrite): void {
    const path = this.#outside === undefined ? write.path : this.#outside(write.path);
    if (path === undefined) return;
    this.#onWrite(this.#outside === undefined ? write : { ...write, path, pid: undefined });
  }
}

/** Undefined for a line that says something else, or nothing. */
export function readSeenWrite(line: string): SeenWrite | undefined {
  try {
    const said = lineSchema.safeParse(JSON.parse(line)).data;
    if (said === undefined) return undefined;
    return { path: said.p, pid: said.pid, rank: said.rank ?? undefined, anew: said.anew, size: said.s };
  } catch {
    return undefined;
  }
}
