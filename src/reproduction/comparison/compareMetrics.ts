/** All metrics of two runs. Invariant: a metric that only one run has is reported, never skipped. */
import { compareMetric } from './compareMetric.ts';
import type { MetricComparison, MetricRules, SeriesPoints } from './compareMetric.ts';
import { matchesGlob } from './matchesGlob.ts';
import type { Tolerance } from './tolerance.ts';
import { noVolatilePatterns, volatileMetricReason } from './volatileNames.ts';
import type { VolatilePatterns } from './volatileNames.ts';

export interface KeyedSeries extends SeriesPoints {
  readonly key: string;
  /** Of a distributed launcher; null without one. */
  readonly rank: number | null;
}

export interface ComparisonRules extends Pick<
  MetricRules,
  'fromStep' | 'throughStep' | 'reproductionCutShort' | 'originalCutShort'
> {
  /** By metric pattern, the last that matches wins. */
  readonly tolerances?: readonly { readonly pattern: string; readonly tolerance: Tolerance }[];
  readonly volatile?: VolatilePatterns;
}

/** One comparison for each series of either run, sorted by name; ranks other than 0 are named `loss [rank 1]`. */
export function compareMetrics(
  original: readonly KeyedSeries[],
  reproduced: readonly KeyedSeries[],
  rules: ComparisonRules = {},
): MetricComparison[] {
  const first = byName(original);
  const second = byName(reproduced);
  const names = [...new Set([...first.keys(), ...second.keys()])].sort((a, b) => (a < b ? -1 : 1));
  return names.map(name => {
    const key = (first.get(name) ?? second.get(name))?.key ?? name;
    return compareMetric(name, first.get(name), second.get(name), {
      fromStep: rules.fromStep,
      throughStep: rules.throughStep,
      reproductionCutShort: rules.reproductionCutShort,
      originalCutShort: rules.originalCutShort,
      tolerance: rules.tolerances?.findLast(({ pattern }) => matchesGlob(pattern, key))?.tolerance,
      volatileReason: volatileMetricReason(key, rules.volatile ?? noVolatilePatterns),
    });
  });
}

function byName(series: readonly KeyedSeries[]): Map<string, KeyedSeries> {
  return new Map(
    series.map(one => [one.rank === null || one.rank === 0 ? one.key : `${one.key} [rank ${one.rank}]`, one]),
  );
}
