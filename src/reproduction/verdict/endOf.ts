/** How a run ended, as two runs are compared by it. */
import type { RunEnd } from './gradeReproduction.ts';
import { withoutRoots } from './ingredients/ingredientSide.ts';
import type { IngredientSide } from './ingredients/ingredientSide.ts';

/** What its failure says is without the folders of the run. */
export function endOf(run: Pick<IngredientSide, 'result' | 'roots'>): RunEnd {
  const { result } = run;
  if (result === undefined) return { state: 'lost' };
  return {
    state: result.state,
    exitCode: result.exitCode,
    signal: result.signal,
    exceptionType: result.failure?.exceptionType,
    failure: result.failure === undefined ? undefined : withoutRoots(result.failure.message, run),
  };
}
