/** Whether `--steps` asks for less than a run has. */
import type { SeriesPoints } from './compareMetric.ts';
import { volatileMetricReason, type VolatilePatterns } from './volatileNames.ts';

/** @param series Of the original. */
export function asksForPart(
  series: readonly (Pick<SeriesPoints, 'steps'> & { readonly key: string })[],
  throughStep: number | undefined,
  volatile?: VolatilePatterns,
): boolean {
  return (
    throughStep !== undefined &&
    series.some(
      ({ key, steps }) =>
        steps.some(step => step > throughStep) && volatileMetricReason(key, volatile) === undefined,
    )
  );
}
