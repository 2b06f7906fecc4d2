/** One trial as planned: how it is worded, and how much the difference can explain. */
import type { DivergenceShape } from './divergenceShape.ts';
import type { PlannedTrial, TrialChange } from './trialChange.ts';
import { weighDifference } from './weighDifference.ts';

export function plannedTrial(
  ingredient: PlannedTrial['ingredient'],
  name: string,
  [original, now]: readonly [string, string],
  shape: DivergenceShape | undefined,
  change: TrialChange,
): PlannedTrial {
  const { weight } = weighDifference(ingredient, `${name} ${original} → ${now}`, shape);
  return { ingredient, restored: `${name} ${now} → ${original}`, change, weight };
}
