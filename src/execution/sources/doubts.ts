/**
 * Files of which nobody could tell yet whose they are: paces how often it is asked again, because an answer costs a look
 * at processes and at other runs. The first questions follow each other fast: a program may open its file the next
 * moment.
 */
export class Doubts {
  readonly #doubts = new Map<string, { asked: number; notBefore: number }>();

  /** @param now Milliseconds of any clock that only goes forward. */
  mayAsk(path: string, now: number): boolean {
    return now >= (this.#doubts.get(path)?.notBefore ?? -Infinity);
  }

  /** It was asked, in vain. @returns after how many milliseconds to ask without a notice; undefined when not to. */
  add(path: string, now: number): number | undefined {
    const asked = (this.#doubts.get(path)?.asked ?? 0) + 1;
    const pause = Math.min(firstPauseMs * 2 ** (asked - 1), longestPauseMs);
    if (this.#doubts.size < mostDoubts || this.#doubts.has(path))
      this.#doubts.set(path, { asked, notBefore: now + pause });
    return asked <= ownQuestions ? pause : undefined;
  }

  settle(path: string): void {
    this.#doubts.delete(path);
  }
}

const firstPauseMs = 100;
const longestPauseMs = 30_000;
const ownQuestions = 3;
const mostDoubts = 100_000;
