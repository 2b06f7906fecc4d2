/** The values of all lines of a chart at one x, largest first: what the tooltip and the screen reader tell. */
import { markKinds } from '../../src/series/decimate.ts';
import { nearestIndex } from '../../src/series/searchSorted.ts';
import type { ChartLine } from './chartScene.ts';

export interface RankedValue {
  readonly line: ChartLine;
  /** Where the nearest drawn point of this line stands. */
  readonly x: number;
  /** The stored value, not the smoothed one. */
  readonly value: number;
}

/** Lines without a point are left out; NaN ranks last. */
export function ranking(lines: readonly ChartLine[], x: number): readonly RankedValue[] {
  return lines
    .map(line => valueAt(line, x))
    .filter(found => found !== undefined)
    .sort((a, b) => rankOf(b.value) - rankOf(a.value) || a.line.label.localeCompare(b.line.label));
}

/** The x of the next drawn point of any line beyond `from`, for stepping by keyboard; undefined at the end. */
export function nextX(lines: readonly ChartLine[], from: number, direction: 1 | -1): number | undefined {
  let found: number | undefined;
  for (const { series } of lines)
    for (const x of series.raw.xs)
      if ((x - from) * direction > 0 && (found === undefined || (x - found) * direction < 0)) found = x;
  return found;
}

function valueAt(line: ChartLine, x: number): RankedValue | undefined {
  const { xs, ys, markXs, markKinds: kinds } = line.series.raw;
  const index = nearestIndex(xs, x);
  const mark = nearestIndex(markXs, x);
  const markX = markXs[mark];
  const pointX = xs[index];
  if (markX !== undefined && (pointX === undefined || Math.abs(markX - x) <= Math.abs(pointX - x)))
    return { line, x: markX, value: Number(markKinds[kinds[mark] ?? 0] ?? NaN) };
  const value = ys[index];
  return pointX === undefined || value === undefined ? undefined : { line, x: pointX, value };
}

function rankOf(value: number): number {
  if (Number.isNaN(value)) return -Number.MAX_VALUE;
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}
