/** Problems of one source, each told once, and not more than a person reads. */
const mostProblems = 20;

export class ToldProblems {
  readonly #known = new Set<string>();
  #fresh: string[] = [];

  add(problem: string): void {
    // Numbers and names within a problem differ from line to line; what is wrong is the same.
    const kind = problem.replace(/\d+/g, '#');
    if (this.#known.has(kind) || this.#known.size >= mostProblems) return;
    this.#known.add(kind);
    this.#fresh.push(problem);
  }

  /** Those that came since the last call. */
  take(): string[] {
    const problems = this.#fresh;
    this.#fresh = [];
    return problems;
  }
}
