/** All metrics of two runs. Invariant: a metric that only one run has is reported, never skipped. */
import { noiseBand } from '../probe/noiseBand.ts';
import type { DeterminismProbe } from '../../runs/determinismProbe.ts';
import { compareMetric } from './compareMetric.ts';
import type { MetricComparison, MetricRules, SeriesPoints } from './compareMetric.ts';
import { matchesGlob } from './matchesGlob.ts';
import type { Tolerance } from './tolerance.ts';
import { withUnreached } from './unreachedMetrics.ts';
import type { StoppedRuns } from './unreachedMetrics.ts';
import { noVolatilePatterns, volatileMetricReason } from './volatileNames.ts';
import type { VolatilePatterns } from './volatileNames.ts';

export interface KeyedSeries extends SeriesPoints {
  readonly key: string;
  /** Of a distributed launcher; null without one. */
  readonly rank: number | null;
}

export interface ToleranceOfPattern {
  readonly pattern: string;
  readonly tolerance: Tolerance;
  readonly from?: 'command' | 'experiment' | undefined;
}

export interface ComparisonRules extends Pick<
  MetricRules,
  | 'fromStep'
  | 'throughStep'
  | 'reproductionCutShort'
  | 'originalCutShort'
  | 'noiseOnlyLoosens'
  | 'explanation'
> {
  /** By metric pattern, the last that matches wins. */
  readonly tolerances?: readonly ToleranceOfPattern[];
  /** Determinism probes of this run on this machine, for metrics without a tolerance. */
  readonly probes?: readonly Pick<DeterminismProbe, 'bands' | 'identical'>[];
  /** The probes are comparisons of so many earlier reproductions. */
  readonly reproductions?: number | undefined;
  readonly volatile?: VolatilePatterns;
  /** Which of the two ended first, where it was not asked to. */
  readonly stop?: StoppedRuns['stop'];
  /** An ingredient that can explain a difference is not the same. */
  readonly changed?: boolean | undefined;
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
  const rows = names.map(name => {
    const key = (first.get(name) ?? second.get(name))?.key ?? name;
    const chosen = rules.tolerances?.findLast(({ pattern }) => matchesGlob(pattern, key));
    return { name, chosen, volatileReason: volatileMetricReason(key, rules.volatile ?? noVolatilePatterns) };
  });
  const probes = rules.probes ?? [];
  const judgedByBands = rows.filter(
    row => row.chosen === undefined && row.volatileReason === undefined,
  ).length;
  const metrics = rows.map(({ name, chosen, volatileReason }) =>
    compareMetric(name, first.get(name), second.get(name), {
      fromStep: rules.fromStep,
      throughStep: rules.throughStep,
      reproductionCutShort: rules.reproductionCutShort,
      originalCutShort: rules.originalCutShort,
      tolerance: chosen?.tolerance,
      toleranceFrom: chosen?.from,
      noise: points =>
        noiseBand(probes, { key: name, points, metrics: judgedByBands, changed: rules.changed }),
      noiseOnlyLoosens: rules.noiseOnlyLoosens,
      reproductions: rules.reproductions,
      explanation: rules.explanation,
      volatileReason,
    }),
  );
  return withUnreached(metrics, { original: first, reproduced: second, stop: rules.stop });
}

function byName(series: readonly KeyedSeries[]): Map<string, KeyedSeries> {
  return new Map(
    series.map(one => [one.rank === null || one.rank === 0 ? one.key : `${one.key} [rank ${one.rank}]`, one]),
  );
}
