/** Something that may be asked of a supervisor while it works: whether it was, how often, and what happens then. */
export class Asked {
  readonly #controller = new AbortController();
  #times = 0;
  #onFirst: () => void = () => undefined;

  /** Aborted by the first request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get times(): number {
    return this.#times;
  }

  get yet(): boolean {
    return this.#times > 0;
  }

  ask(): void {
    this.#times++;
    if (this.#times > 1) return;
    this.#controller.abort();
    this.#onFirst();
  }

  /** Calls `act` at the first request; at once when it has come already. */
  whenAsked(act: () => void): void {
    this.#onFirst = act;
    if (this.yet) act();
  }
}
