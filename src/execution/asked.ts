/** Something that may be asked of a supervisor while it works: whether it was, how often, and what happens then. */
export class Asked<Why = undefined> {
  readonly #controller = new AbortController();
  #times = 0;
  #why: Why | undefined;
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

  /** What the first request said of itself. */
  get why(): Why | undefined {
    return this.#why;
  }

  ask(why?: Why): void {
    this.#times++;
    if (this.#times > 1) return;
    this.#why = why;
    this.#controller.abort();
    this.#onFirst();
  }

  /** Calls `act` at the first request; at once when it has come already. */
  whenAsked(act: () => void): void {
    this.#onFirst = act;
    if (this.yet) act();
  }
}
