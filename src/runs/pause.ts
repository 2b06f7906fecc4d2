/** Long synchronous work in short stretches: gives the event loop its turn when a stretch has lasted too long. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const stretchMs = 12;

export class Pause {
  #begun = performance.now();
  readonly #signal: AbortSignal | undefined;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** True when {@link take} should be awaited now. Cheap enough to ask after every run. */
  get due(): boolean {
    return performance.now() - this.#begun > stretchMs;
  }

  /** Rejects with the signal's reason when it was aborted meanwhile. */
  async take(): Promise<void> {
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#begun = performance.now();
  }
}
