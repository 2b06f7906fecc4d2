/** Of all counted metrics of two runs the one that parts first, and how: the `divergence` of a verdict. */
import type { Verdict } from '../../runs/verdict.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import { divergenceShape } from './divergenceShape.ts';

export type Divergence = NonNullable<Verdict['divergence']>;

/**
 * Undefined where every point that both runs have is equal; points that only one of them has do not count here.
 * @param metrics As compareMetrics names them.
 */
export function findDivergence(
  original: readonly KeyedSeries[],
  other: readonly KeyedSeries[],
  metrics: readonly MetricComparison[],
): Divergence | undefined {
  const before = byName(original);
  const after = byName(other);
  const counted = metrics.filter(({ verdict }) => !verdict.volatile && verdict.comparedPoints > 0);
  let first: Divergence | undefined;
  for (const { verdict, lastCommonStep } of counted) {
    const [one, two] = [before.get(verdict.key), after.get(verdict.key)];
    if (one === undefined || two === undefined) continue;
    const found = divergenceShape(upTo(one, lastCommonStep), upTo(two, lastCommonStep));
    if (found === undefined || (first !== undefined && !isEarlier(found, first))) continue;
    first = { key: verdict.key, ...found };
  }
  if (first === undefined) return undefined;
  // One number at the end, such as the accuracy of the test set, while all that led to it is equal.
  const { key } = first;
  const others = counted.filter(({ verdict }) => verdict.key !== key);
  const single = counted.find(({ verdict }) => verdict.key === key)?.verdict.comparedPoints === 1;
  const othersEqual = others.every(({ verdict }) => verdict.maxAbsoluteDifference === undefined);
  const longer = others.some(({ verdict }) => verdict.comparedPoints >= 3);
  return single && othersEqual && longer ? { ...first, shape: 'final-only' } : first;
}

/** Of two that begin at the same step the one that is further apart there. */
function isEarlier(one: Pick<Divergence, 'step' | 'relative'>, other: Divergence): boolean {
  if (one.step !== other.step) return one.step < other.step;
  return (one.relative ?? 0) > (other.relative ?? 0);
}

function upTo(series: KeyedSeries, step: number | undefined): KeyedSeries {
  if (step === undefined || !series.steps.some(one => one > step)) return series;
  const kept = [...series.steps.keys()].filter(at => (series.steps[at] ?? NaN) <= step);
  return {
    ...series,
    steps: Float64Array.from(kept, at => series.steps[at] ?? NaN),
    values: Float64Array.from(kept, at => series.values[at] ?? NaN),
  };
}

/** Ranks as compareMetrics names them. */
function byName(series: readonly KeyedSeries[]): Map<string, KeyedSeries> {
  return new Map(
    series.map(one => [one.rank === null || one.rank === 0 ? one.key : `${one.key} [rank ${one.rank}]`, one]),
  );
}
