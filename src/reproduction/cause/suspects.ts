/** What differs between two runs, the likeliest explanation of their divergence first. */
import type { Ingredient, IngredientName } from '../../runs/verdict.ts';
import type { DivergenceShape } from './divergenceShape.ts';
import { weighDifference } from './weighDifference.ts';

export interface Suspect {
  readonly ingredient: IngredientName;
  /** As the comparison words it: `data.csv 1a2b3c4 → 5d6e7f8`. */
  readonly difference: string;
  readonly weight: number;
  readonly why?: string;
  /** It changes the last bits, as noise does. */
  readonly rounding?: true;
}

/** From here on a difference is worth naming as the likely cause. */
export const likely = 50;

/**
 * From here on a difference may change any number, so that what it may have done passes for no noise. A variable that the
 * code does not name is below: some of them differ between any two terminals.
 */
const able = 35;

/** Whether something differs that may decide a number: no variable of certificates, and none that the code does not name. */
export function isChanged(ingredients: readonly Ingredient[]): boolean {
  return suspects(ingredients).some(
    ({ weight, difference }) => weight >= able || (weight > 0 && !difference.startsWith('variable ')),
  );
}

/** The likeliest of those that make it another computation; undefined where there is none. */
export function ableToExplain(ingredients: readonly Ingredient[]): Suspect | undefined {
  return suspects(ingredients).find(one => one.weight >= able && one.rounding !== true);
}

/** Every line of every ingredient that differs. Ties stay in the order of the report. */
export function suspects(ingredients: readonly Ingredient[], shape?: DivergenceShape): Suspect[] {
  return ingredients
    .filter(one => one.status === 'differs')
    .flatMap(({ name, differences }) =>
      differences
        .filter(difference => !isUnknown(difference))
        .map(difference => ({
          ingredient: name,
          difference,
          ...weighDifference(name, difference, shape),
        })),
    )
    .sort((a, b) => b.weight - a.weight);
}

/** A row that differs may also have lines that only say what could not be told. */
export function isUnknown(line: string): boolean {
  return unknownLine.test(line);
}

const unknownLine =
  /(: its numbers are others each time| unknown (in both runs|in the original|now)| was not hashed (in the original|now)| was changed while the original ran| was read, and what it holds is not recorded| may (have been|be) read (by the original|now) only| was listed (by the original|now): which files it held is not recorded| its earlier content was not kept| what it held then is gone)$|^(of .* only names and sizes of files were compared|what .*|it read more files than were noted|the code of the .* is not known: .*)$/;
