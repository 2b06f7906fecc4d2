/** The filter of a panel while a person types it: a half-typed one leaves what is shown as it is, and says why. */
import { keyFilter } from './keyFilter.ts';

export class TypedFilter {
  #passes: (key: string) => boolean = () => true;
  #problem: string | undefined;

  constructor(pattern: string) {
    this.set(pattern);
  }

  /** By the last pattern that could be read. */
  get passes(): (key: string) => boolean {
    return this.#passes;
  }

  /** Why what stands in the field cannot be read. */
  get problem(): string | undefined {
    return this.#problem;
  }

  set(pattern: string): void {
    const filter = keyFilter(pattern);
    if ('passes' in filter) this.#passes = filter.passes;
    this.#problem = 'problem' in filter ? filter.problem : undefined;
  }
}
