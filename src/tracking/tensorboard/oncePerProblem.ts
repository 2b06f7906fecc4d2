/** Problems of one source: each is told once, and after some dozens none is told any more. */
const mostProblems = 50;

export class OncePerProblem {
  readonly #told = new Set<string>();
  #new: string[] = [];

  add(text: string): void {
    if (this.#told.size >= mostProblems || this.#told.has(text)) return;
    this.#told.add(text);
    this.#new.push(text);
  }

  /** Those added since the last call. */
  take(): readonly string[] {
    const taken = this.#new;
    this.#new = [];
    return taken;
  }
}
