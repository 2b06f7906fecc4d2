/** Whether the hashes of texts, and with them the order of sets, began at random in a run of Python. */
import { knownValue } from '../../../runs/known.ts';
import type { IngredientSide } from './ingredientSide.ts';

/** As the program said itself at its end, else by its variables. */
export function hasRandomHashes({ plan, captured }: Pick<IngredientSide, 'plan' | 'captured'>): boolean {
  const facts = captured?.facts ?? {};
  const isRandom =
    Object.keys(facts).length > 0
      ? facts['python.hash_randomization'] === true
      : knownValue(plan.interpreter) !== undefined || (captured?.pythons ?? []).length > 0;
  const variable = plan.variables['PYTHONHASHSEED'];
  const value = variable !== undefined && 'value' in variable ? variable.value : undefined;
  // Of a number that is set Python says that hashes are random, too.
  return isRandom && (value === undefined || value === '' || value === 'random');
}

/** What a comparison says where it began at random in both. */
export const hashSeedUnknown = 'hash seed unknown in both runs';
