/** Variables of the environment that differ and that the code names: they may well be the cause, others hardly ever are. */
import type { Ingredient } from '../../../runs/verdict.ts';

/** @param named Variables that the code of the run names, with the file that does. */
export function withReaders(
  ingredients: readonly Ingredient[],
  named: ReadonlyMap<string, string> = new Map(),
): Ingredient[] {
  return ingredients.map(row => ({
    ...row,
    differences: row.differences.map(line => {
      const [, name = '', rest = ''] = /^variable (\w+) (.*)$/.exec(line) ?? [];
      const file = named.get(name);
      return file === undefined ? line : `variable ${name}, which ${file} names, ${rest}`;
    }),
  }));
}
