/** One of the two runs whose ingredients are compared, and how an ingredient's findings become a row of the report. */
import type { Captured, Package } from '../../../runs/captured.ts';
import type { Plan } from '../../../runs/plan.ts';
import type { Result } from '../../../runs/result.ts';
import type { Ingredient, IngredientName } from '../../../runs/verdict.ts';

export interface IngredientSide {
  readonly plan: Plan;
  readonly captured?: Captured | undefined;
  readonly result?: Result | undefined;
  /** The list that `captured.packages` names, where it could be read. */
  readonly packages?: readonly Package[] | undefined;
  /** Where the repository stood in this run, by every name: a path inside is the same on both sides. Absolute. */
  readonly roots: readonly string[];
  /** Inputs of the other run that are known to have changed since, whether their content was recorded or not. */
  readonly changedInputs?: readonly string[] | undefined;
}

/** Collects what differs and what cannot be told. Invariant: what is unknown on either side is never called the same. */
export class IngredientFindings {
  readonly #differences: string[] = [];
  readonly #unknowns: string[] = [];

  /** Something is different, said in one line. */
  differs(line: string): void {
    this.#differences.push(line);
  }

  /** Something cannot be told, said in one line. */
  unknown(line: string): void {
    this.#unknowns.push(line);
  }

  /** Compares one value by its text; undefined means that it is not known. */
  compare(name: string, original: string | undefined, now: string | undefined): void {
    if (original === undefined || now === undefined) {
      const where =
        original === undefined && now === undefined
          ? 'in both runs'
          : original === undefined
            ? 'in the original'
            : 'now';
      this.unknown(`${name} unknown ${where}`);
    } else if (original !== now) this.differs(`${name} ${original} → ${now}`);
  }

  row(name: IngredientName, original: string, now: string): Ingredient {
    const status = this.#differences.length > 0 ? 'differs' : this.#unknowns.length > 0 ? 'unknown' : 'same';
    return { name, status, original, now, differences: [...this.#differences, ...this.#unknowns] };
  }
}

/** `text` with the repository's place taken out of it. */
export function withoutRoots(text: string, side: Pick<IngredientSide, 'roots'>): string {
  return [...side.roots]
    .sort((a, b) => b.length - a.length)
    .reduce((shown, root) => shown.replaceAll(root, '<repository>'), text);
}
