/** Original and reproduction of one metric, laid over each other and reduced to the pixels of a chart. */
import { chartSeries, type StoredSeries } from './chartSeries.ts';
import { compareSeries, type FirstDifference } from './compareSeries.ts';
import { decimate, type Decimated } from './decimate.ts';
import { union, type Range } from './domains.ts';

export interface OverlaidSeries {
  readonly original: Decimated;
  readonly reproduction: Decimated;
  /** Relative difference over the common steps; the largest of every pixel column is among them. */
  readonly difference: Decimated;
  readonly comparedPoints: number;
  readonly first: FirstDifference | undefined;
  /** Steps of both. */
  readonly xRange: Range | undefined;
  /** The last step that the reproduction reached; NaN before its first. */
  readonly lastStep: number;
}

/** @param view The visible range of steps (absent: all) and the width in device pixels. */
export function overlaySeries(
  original: StoredSeries,
  reproduction: StoredSeries,
  view: { readonly range?: Range | undefined; readonly width: number },
): OverlaidSeries {
  const chart = { x: 'step', smoothing: 0, ...view } as const;
  const before = chartSeries(original, chart);
  const now = chartSeries(reproduction, chart);
  const comparison = compareSeries(original, reproduction);
  const xRange = union(before.xRange, now.xRange);
  const [from, to] = view.range ?? xRange ?? [0, 1];
  const window = from < to ? { from, to } : { from: from - 0.5, to: to + 0.5 };
  return {
    original: before.raw,
    reproduction: now.raw,
    difference: decimate(comparison.steps, comparison.relative, { ...window, width: view.width }),
    comparedPoints: comparison.steps.length,
    first: comparison.first,
    xRange,
    lastStep: now.lastStep,
  };
}
