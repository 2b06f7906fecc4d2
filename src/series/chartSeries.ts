/**
 * From a stored series to what a chart draws: x axis chosen, smoothed over all points, and only then reduced to the
 * pixels at hand. Runs in the worker, so that a million points never reach the webview.
 */
import { decimate, type Decimated } from './decimate.ts';
import { extent, type Range } from './domains.ts';
import { orderByX } from './orderByX.ts';
import { smooth } from './smooth.ts';

export const xAxes = ['step', 'relative', 'wall'] as const;
/** `relative`: seconds since the start of the run. `wall`: seconds since the epoch. */
export type XAxis = (typeof xAxes)[number];

export interface StoredSeries {
  readonly steps: Float64Array;
  /** Milliseconds since the epoch. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface ChartView {
  readonly x: XAxis;
  /** The visible range; absent: everything. */
  readonly range?: Range | undefined;
  /** Device pixels. */
  readonly width: number;
  readonly smoothing: number;
}

export interface ChartSeries {
  readonly raw: Decimated;
  /** Absent when nothing is smoothed. */
  readonly smooth?: Decimated;
  /** Of all points, whatever is visible; undefined for an empty series. */
  readonly xRange: Range | undefined;
  readonly count: number;
  readonly lastStep: number;
  readonly lastValue: number;
  /** Over finite values; undefined when there are none. */
  readonly valueRange: Range | undefined;
  /** True when steps repeat or go back. */
  readonly reordered: boolean;
}

/** `origin`: when the run started, milliseconds since the epoch; the first point's time when not known. */
export function chartSeries(series: StoredSeries, view: ChartView, origin?: number): ChartSeries {
  const ordered = orderByX(xValues(series, view.x, origin), series.values);
  const count = ordered.xs.length;
  const xRange: Range | undefined =
    count === 0 ? undefined : [ordered.xs[0] ?? NaN, ordered.xs[count - 1] ?? NaN];
  const window = { ...visible(view.range, xRange), width: view.width };
  const smoothed = smooth(ordered.ys, view.smoothing);
  return {
    raw: decimate(ordered.xs, ordered.ys, window),
    ...(smoothed === ordered.ys ? {} : { smooth: decimate(ordered.xs, smoothed, window) }),
    xRange,
    count,
    lastStep: series.steps.at(-1) ?? NaN,
    lastValue: series.values.at(-1) ?? NaN,
    valueRange: extent(series.values),
    reordered: ordered.reordered,
  };
}

function xValues(series: StoredSeries, x: XAxis, origin: number | undefined): Float64Array {
  switch (x) {
    case 'step':
      return series.steps;
    case 'wall':
      return series.times.map(time => time / 1000);
    case 'relative': {
      const start = origin ?? series.times[0] ?? 0;
      return series.times.map(time => (time - start) / 1000);
    }
  }
}

function visible(range: Range | undefined, all: Range | undefined): { from: number; to: number } {
  const [from, to] = range ?? all ?? [0, 1];
  return from < to ? { from, to } : { from: from - 0.5, to: from + 0.5 };
}
