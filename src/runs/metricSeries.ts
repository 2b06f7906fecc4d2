/** Points of one metric of one rank, as columns; and their summary. */
import type { MetricSummary } from './result.ts';

export interface MetricPoint {
  readonly key: string;
  /** Process of a distributed run; absent when the run has no ranks. A whole number from 0. */
  readonly rank?: number | undefined;
  readonly step: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: number;
}

/** In the order of arrival; the three arrays have the same length. They may be views that must not be changed. */
export interface MetricSeries {
  readonly key: string;
  readonly rank: number | null;
  readonly steps: Float64Array;
  /** Milliseconds since the epoch. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * The value at the greatest step (the latest of several), extremes over everything but NaN, and the count.
 * Undefined for a series without points. When every value is NaN, so are the extremes.
 */
export function summariseSeries(series: MetricSeries): MetricSummary | undefined {
  const { steps, values } = series;
  const count = values.length;
  if (count === 0) return undefined;
  let last = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let numbers = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? Number.NaN;
    if ((steps[i] ?? 0) >= (steps[last] ?? 0)) last = i;
    if (Number.isNaN(value)) continue;
    numbers++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    last: values[last] ?? Number.NaN,
    lastStep: steps[last] ?? 0,
    min: numbers === 0 ? Number.NaN : min,
    max: numbers === 0 ? Number.NaN : max,
    count,
  };
}

/**
 * Summaries of the series that stand for the run: those without a rank or of rank 0. Own properties only. What tracking
 * libraries measure of the machine comes last: it is rarely what a run is looked at for.
 */
export function summariseShownSeries(all: readonly MetricSeries[]): Record<string, MetricSummary> {
  const summaries = new Map<string, MetricSummary>();
  for (const series of all) {
    if (series.rank !== null && series.rank !== 0) continue;
    const summary = summariseSeries(series);
    if (summary !== undefined && (series.rank === 0 || !summaries.has(series.key)))
      summaries.set(series.key, summary);
  }
  return Object.fromEntries(
    trainingFirst([...summaries].map(([key, summary]) => ({ key, summary }))).map(({ key, summary }) => [
      key,
      summary,
    ]),
  );
}

/** In the same order, but what libraries measure of the machine last. */
export function trainingFirst<Keyed extends { readonly key: string }>(all: readonly Keyed[]): Keyed[] {
  const ofSystem = ({ key }: Keyed): boolean => key.startsWith('system/');
  return [...all.filter(one => !ofSystem(one)), ...all.filter(ofSystem)];
}
