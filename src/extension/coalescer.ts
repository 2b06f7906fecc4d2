/**
 * Runs one task at a time, however often it is asked for: what is asked while it runs is done once more afterwards.
 * The last request is never lost, and a failing task does not block the next.
 */
export class Coalescer {
  readonly #task: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #delayMs: number;
  readonly #everyMs: number;
  #lastEnd = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #again = false;
  #disposed = false;

  /**
   * @param delayMs Waited before each start, so that what comes close together is done together.
   * @param everyMs The least time from the end of one to the start of the next.
   */
  constructor(task: () => Promise<void>, onError: (error: unknown) => void, delayMs: number, everyMs = 0) {
    this.#task = task;
    this.#onError = onError;
    this.#delayMs = delayMs;
    this.#everyMs = everyMs;
  }

  request(): void {
    if (this.#disposed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    const rest = this.#lastEnd + this.#everyMs - performance.now();
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void this.#run();
      },
      Math.max(this.#delayMs, rest),
    );
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #askedAgain(): boolean {
    return this.#again;
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#again = false;
    try {
      await this.#task();
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#running = false;
      this.#lastEnd = performance.now();
    }
    // Set by a request that came while the task ran.
    if (this.#askedAgain()) this.request();
  }
}
