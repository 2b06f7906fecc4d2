/**
 * The noise of a machine from reproductions that it made of one run, which are executions of the same program as good as
 * those of a probe. Invariant: the original is not among them, since whether it is one of their kind is the question.
 */
import type { DeterminismProbe } from '../../runs/determinismProbe.ts';
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';
import { compareExecutions } from './compareExecutions.ts';

/** Fewer have nothing to be compared with. */
export const leastReproductions = 2;

export type LearntNoise = Pick<DeterminismProbe, 'bands' | 'identical'>;

/**
 * Of n executions n - 1 comparisons that say nothing twice: each execution with the mean of those before it, scaled so
 * that the difference is as large as that of two executions (Helmert's contrasts). Empty where all are identical: nobody
 * has asked for a probe that makes verdicts stricter.
 */
export function noiseOfReproductions(
  executions: readonly (readonly KeyedSeries[])[],
  { volatile }: { volatile: VolatilePatterns },
): LearntNoise[] {
  if (executions.length < leastReproductions) return [];
  const learnt = executions.slice(1).map((next, at) => {
    const before = executions.slice(0, at + 1);
    const bands = compareExecutions(
      next.flatMap(one => contrastOf(one, before) ?? []),
      next,
      { volatile },
    );
    const counted = bands.filter(band => band.volatile !== true);
    return { bands, identical: counted.length > 0 && counted.every(band => band.identical) };
  });
  return learnt.every(({ identical }) => identical) ? [] : learnt;
}

/** The points that all of them have; undefined where one lacks the metric. A step of several points has its first. */
function contrastOf(next: KeyedSeries, before: readonly (readonly KeyedSeries[])[]): KeyedSeries | undefined {
  const others = before.map(series => series.find(({ key, rank }) => key === next.key && rank === next.rank));
  const known = others.filter(other => other !== undefined);
  if (known.length < others.length) return undefined;
  const values = known.map(({ steps, values: own }) => {
    const byStep = new Map<number, number>();
    steps.forEach((step, at) => byStep.has(step) || byStep.set(step, own[at] ?? NaN));
    return byStep;
  });
  const scale = Math.sqrt((2 * known.length) / (known.length + 1));
  const points = new Map<number, number>();
  next.steps.forEach((step, at) => {
    const value = next.values[at] ?? NaN;
    const theirs = values.map(one => one.get(step)).filter(one => one !== undefined);
    if (theirs.length < values.length || points.has(step)) return;
    const [first = NaN] = theirs;
    // A mean of equal numbers may be off by its last bit.
    const mean = theirs.every(one => Object.is(one, first))
      ? first
      : theirs.reduce((sum, one) => sum + one / theirs.length, 0);
    points.set(step, known.length === 1 || mean === value ? mean : value + scale * (mean - value));
  });
  return {
    ...{ key: next.key, rank: next.rank },
    steps: Float64Array.from(points.keys()),
    values: Float64Array.from(points.values()),
  };
}
