/** Several tails in one run folder, read as changes are told, at most once every few milliseconds under a flood. */
import { watchFolder } from './watchFolder.ts';
import type { FolderWatch } from './watchFolder.ts';

/** Something that takes in what is new. */
export interface Tail {
  /** `'more'` when a flood is not yet taken in whole. */
  read(): 'none' | 'some' | 'more';
  close(): void;
}

/** Changes closer together than this are read together; a first change is read at once. */
const quietMs = 10;

export class TailGroup {
  readonly #tails: readonly Tail[];
  readonly #onProblem: (error: unknown) => void;
  readonly #watch: FolderWatch;
  #lastRead = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    folder: string,
    tails: readonly Tail[],
    options: {
      readonly ignore: (name: string) => boolean;
      readonly onProblem: (error: unknown) => void;
      /** Every change in the folder that is not ignored, with the name of what changed where the system tells it. */
      readonly onChange?: (name: string | undefined) => void;
    },
  ) {
    this.#tails = tails;
    this.#onProblem = options.onProblem;
    this.#watch = watchFolder(
      folder,
      name => {
        options.onChange?.(name);
        return this.#onChange();
      },
      { ignore: options.ignore },
    );
  }

  /** Reads what is new now. */
  look(): void {
    this.#onChange();
  }

  /** Reads to the present end of every file. */
  drain(): void {
    for (const tail of this.#tails) while (this.#readOne(tail) === 'more');
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    for (const tail of this.#tails) tail.close();
  }

  #onChange(): boolean {
    if (this.#closed || this.#timer !== undefined) return true;
    const wait = this.#lastRead + quietMs - performance.now();
    if (wait <= 0) return this.#readAll();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#readAll();
    }, wait);
    return true;
  }

  #readAll(): boolean {
    const outcomes = this.#tails.map(tail => this.#readOne(tail));
    this.#lastRead = performance.now();
    // The rest of a flood comes next, after whatever else waits.
    if (outcomes.includes('more')) setImmediate(() => this.#onChange());
    return outcomes.some(outcome => outcome !== 'none');
  }

  #readOne(tail: Tail): 'none' | 'some' | 'more' {
    try {
      return tail.read();
    } catch (error) {
      this.#onProblem(error);
      return 'none';
    }
  }
}
