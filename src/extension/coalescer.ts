/**
 * Runs one task at a time, however often it is asked for: what is asked while it runs is done once more afterwards.
 * The last request is never lost, and a failing task does not block the next.
 */
export class Coalescer {
  readonly #task: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #delayMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #again = false;
  #disposed = false;

  /** @param delayMs Waited before each start, so that what comes close together is done together. */
  constructor(task: () => Promise<void>, onError: (error: unknown) => void, delayMs: number) {
    this.#task = task;
    this.#onError = onError;
    this.#delayMs = delayMs;
  }

  request(): void {
    if (this.#disposed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, this.#delayMs);
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
    }
    // Set by a request that came while the task ran.
    if (this.#askedAgain()) this.request();
  }
}
