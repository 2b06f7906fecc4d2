/** Through which step a trial has to run to be told apart, and how long that takes. */
import type { RunDetails } from '../../runs/runDetails.ts';
import type { Divergence } from './findDivergence.ts';
import type { ComparedRun } from './joinsOriginal.ts';
import { startOf } from './runTrial.ts';

/**
 * A few points beyond the first difference, so that no trial joins by luck: two programs may agree in one number that was
 * logged to four decimals.
 */
export function lastTrialStep(before: ComparedRun, after: ComparedRun, { key, step }: Divergence): number {
  const series = before.series.find(one => nameOf(one) === key);
  const other = after.series.find(one => nameOf(one) === key);
  if (series === undefined || other === undefined) return step;
  const values = new Map([...other.steps].map((one, at) => [one, other.values[at]]));
  const differing = [...series.steps]
    .filter((one, at) => one >= step && values.has(one) && !Object.is(values.get(one), series.values[at]))
    .sort((a, b) => a - b);
  return differing[Math.min(2, differing.length - 1)] ?? step;
}

/** As compareMetrics names them. */
export function nameOf({ key, rank }: { readonly key: string; readonly rank: number | null }): string {
  return rank === null || rank === 0 ? key : `${key} [rank ${rank}]`;
}

/** As long as the other run took to get to the step. */
export function estimateOf(
  other: RunDetails,
  { series }: ComparedRun,
  throughStep?: number,
): number | undefined {
  const whole = other.result?.durationMs;
  if (throughStep === undefined) return whole;
  const times = series.flatMap(one =>
    'times' in one && one.times instanceof Float64Array
      ? [...one.times].filter((_, at) => (one.steps[at] ?? Infinity) <= throughStep)
      : [],
  );
  const last = times.reduce((most, time) => Math.max(most, time), -Infinity);
  const took = last - startOf(other);
  return Number.isFinite(took) && took >= 0 ? Math.min(took, whole ?? took) : whole;
}
