/** The six ingredients of two runs, in the order of the report. */
import type { Ingredient } from '../../runs/verdict.ts';
import { compareCode } from './ingredients/compareCode.ts';
import { compareData } from './ingredients/compareData.ts';
import { compareDeterminism } from './ingredients/compareDeterminism.ts';
import { compareEnvironment } from './ingredients/compareEnvironment.ts';
import { compareHardware } from './ingredients/compareHardware.ts';
import { compareParameters } from './ingredients/compareParameters.ts';
import type { IngredientSide } from './ingredients/ingredientSide.ts';

export function compareIngredients(original: IngredientSide, now: IngredientSide): Ingredient[] {
  return [
    compareCode(original, now),
    compareData(original, now),
    compareParameters(original, now),
    compareEnvironment(original, now),
    compareHardware(original, now),
    compareDeterminism(original, now),
  ];
}
