/**
 * Waits for a webview to have drawn what it was sent, so that a slow one is not buried under points. A webview that
 * says nothing (hidden, closed) is waited for a moment only.
 */
const patienceMs = 1000;

export class DrawnSignal {
  #waiting: { revision: number; done: () => void } | undefined;

  /** The webview drew this revision. */
  drawn(revision: number): void {
    if (this.#waiting !== undefined && revision >= this.#waiting.revision) this.#waiting.done();
  }

  /** Stops waiting: the webview is gone or starts anew. */
  reset(): void {
    this.#waiting?.done();
  }

  async wait(revision: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, patienceMs);
      this.#waiting = {
        revision,
        done: () => {
          clearTimeout(timer);
          resolve();
        },
      };
    });
    this.#waiting = undefined;
  }
}
