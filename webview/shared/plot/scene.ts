/**
 * What one chart shows, as plain data: lines, axes and marks, already in the order of drawing. Building it knows
 * nothing of a canvas, drawing it knows nothing of runs.
 */
import type { XAxis } from '../../../src/series/chartSeries.ts';
import type { Decimated } from '../../../src/series/decimate.ts';
import { extent, linearDomain, logDomain, union, type Range } from '../../../src/series/domains.ts';
import type { RunStyle } from '../runStyle.ts';

export interface SceneLine {
  /** Tells lines of one scene apart. */
  readonly id: string;
  readonly label: string;
  readonly style: RunStyle;
  readonly points: Decimated;
  /** The values before smoothing, drawn faintly below the line. */
  readonly unsmoothed?: Decimated | undefined;
  /** Drawn pale: something to compare with. */
  readonly faint?: boolean;
}

/** An area between two curves, drawn below the lines; the three arrays have the same length. */
export interface SceneBand {
  readonly colour: string;
  readonly xs: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A vertical line at `x` with a word above it. */
export interface SceneFlag {
  readonly x: number;
  readonly label: string;
}

export interface Scene {
  readonly xAxis: XAxis;
  readonly log: boolean;
  readonly x: Range;
  readonly y: Range;
  readonly lines: readonly SceneLine[];
  readonly flags: readonly SceneFlag[];
  readonly band?: SceneBand | undefined;
  /** The metric whose values y are; absent where they have no unit. */
  readonly metric?: string;
  /** On a logarithmic axis: the place where zero is drawn, labelled as zero. */
  readonly zeroAt?: number;
}

/** What the person zoomed into; y is absent when it fits the values by itself. */
export interface Zoom {
  readonly x: Range;
  readonly y?: Range | undefined;
}

/** A range to draw x in: what was zoomed to, else `all`, widened when it is a single point: by one step, or half a second. */
export function sceneX(zoom: Range | undefined, all: Range | undefined, xAxis: XAxis): Range {
  const [from, to] = zoom ?? all ?? [0, 1];
  const room = xAxis === 'step' ? 1 : 0.5;
  return from < to ? [from, to] : [from - room, to + room];
}

/** A range to draw y in, so that everything visible between `x` fits. */
export function sceneY(lines: readonly SceneLine[], x: Range, log: boolean): Range {
  let range: Range | undefined;
  for (const { points, unsmoothed } of lines)
    for (const shown of [points, unsmoothed])
      if (shown !== undefined) range = union(range, visibleExtent(shown, x, log));
  return log ? logDomain(range) : linearDomain(range);
}

function visibleExtent(points: Decimated, [from, to]: Range, log: boolean): Range | undefined {
  const visible: number[] = [];
  points.ys.forEach((y, i) => {
    const at = points.xs[i] ?? NaN;
    if (at >= from && at <= to) visible.push(y);
  });
  return extent(visible, log ? value => value > 0 : undefined);
}
