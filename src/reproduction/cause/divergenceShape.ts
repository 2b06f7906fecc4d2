/**
 * The shape of a divergence: how the difference of two curves begins and grows, which tells what kind of thing may have
 * caused it. Pure. Invariant: it is said of points that both curves have, and only where there are enough of them.
 */
import type { SeriesPoints } from '../comparison/compareMetric.ts';
import { equalValues, storedDecimals } from '../comparison/tolerance.ts';

/**
 * `from-the-start`: clearly apart from the first or second point on: data, initial weights, seed, data type.
 * `growing`: begins as small as rounding and is amplified: the order of sums, as with threads, GPUs, libraries.
 * `sudden`: equal for a while, then clearly apart at once: the order of data, a resume, the time of day.
 * `final-only`: the last point alone: how the result was evaluated.
 */
export type DivergenceShape = 'from-the-start' | 'growing' | 'sudden' | 'final-only' | 'unclear';

export interface CurveDivergence {
  readonly shape: DivergenceShape;
  /** Where the curves first differ; for `sudden` where they clearly part. */
  readonly step: number;
  /** |a-b| / |original| there; infinite where it is no ratio. */
  readonly relative: number;
}

/** A difference below this share of the curve's usual size may be rounding that has been amplified a little. */
const small = 1e-3;
/** So little at the last point alone may as well be the beginning of growth. */
const roundingSize = 1e-6;
/** So much more at the end of the difference than at its beginning is growth. */
const growth = 8;
/** A jump by so much, from a level that had not grown for as many points, is no growth. */
const jump = { factor: 1e4, flatPoints: 8, flatFactor: 100 };

/** Undefined where the points that both have are equal. Steps that occur several times are compared in their order. */
export function divergenceShape(original: SeriesPoints, other: SeriesPoints): CurveDivergence | undefined {
  const points = commonPoints(original, other);
  const first = points.findIndex(point => !equalValues(point.before, point.after));
  const begins = points[first];
  if (begins === undefined) return undefined;
  const usual = usualSize(points.map(point => point.before));
  const rounding = roundingOf(original, other);
  const sizes = points.slice(first).map(({ before, after }) => {
    const apart = Math.abs(before - after);
    const size = apart / Math.max(Math.abs(before), usual);
    return Number.isNaN(size) ? (equalValues(before, after) ? 0 : Infinity) : size;
  });
  const beginsSmall =
    (sizes[0] ?? 0) < small || Math.abs(begins.before - begins.after) <= rounding * 2.000_001;
  const found = (shape: DivergenceShape, at = 0): CurveDivergence => {
    const point = points[first + at] ?? begins;
    return { shape, step: point.step, relative: relativeOf(point.before, point.after) };
  };
  if (first === points.length - 1 && points.length >= 3)
    return found((sizes[0] ?? 0) < roundingSize ? 'unclear' : 'final-only');
  if (!beginsSmall) return found(first <= 1 ? 'from-the-start' : 'sudden');
  const jumpsAt = suddenJump(sizes);
  if (jumpsAt !== undefined) return found('sudden', jumpsAt);
  return found(grows(sizes) ? 'growing' : 'unclear');
}

interface CommonPoint {
  readonly step: number;
  readonly before: number;
  readonly after: number;
}

function commonPoints(original: SeriesPoints, other: SeriesPoints): CommonPoint[] {
  const places = new Map<number, number[]>();
  other.steps.forEach((step, at) => {
    const known = places.get(step);
    if (known === undefined) places.set(step, [at]);
    else known.push(at);
  });
  const points: CommonPoint[] = [];
  original.steps.forEach((step, at) => {
    const place = places.get(step)?.shift();
    if (place === undefined) return;
    points.push({ step, before: original.values[at] ?? NaN, after: other.values[place] ?? NaN });
  });
  return points.sort((a, b) => a.step - b.step);
}

/** Half of the values are larger: a value that happens to be near zero is no measure. */
function usualSize(values: readonly number[]): number {
  const sizes = values
    .map(Math.abs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)] ?? 0;
}

/** One unit of the last decimal that was logged, 0 where every bit was. */
function roundingOf(original: SeriesPoints, other: SeriesPoints): number {
  const decimals = [storedDecimals(original.values), storedDecimals(other.values)];
  return decimals.includes(undefined) ? 0 : 10 ** -Math.max(...decimals.map(one => one ?? 0));
}

/** Quarters are compared, not points: a single one may cross the other curve. */
function grows(sizes: readonly number[]): boolean {
  if (sizes.length < 4) return false;
  const quarter = Math.ceil(sizes.length / 4);
  const early = largest(sizes.slice(0, quarter));
  const late = largest(sizes.slice(Math.floor(sizes.length / 2)));
  // The second half counts as a whole, so that a training that has converged again is still seen to have grown.
  return late >= growth * early;
}

/** A long training has more points than a call may have arguments. */
function largest(sizes: readonly number[]): number {
  return sizes.reduce((most, size) => Math.max(most, size), -Infinity);
}

/** Where differences that had not grown become clear at one point. */
function suddenJump(sizes: readonly number[]): number | undefined {
  let level = 0;
  let lowest = Infinity;
  for (const [at, size] of sizes.entries()) {
    if (at >= jump.flatPoints && size >= small && size >= jump.factor * level) {
      if (level <= jump.flatFactor * lowest) return at;
      return undefined;
    }
    level = Math.max(level, size);
    if (at < jump.flatPoints && size > 0) lowest = Math.min(lowest, size);
  }
  return undefined;
}

function relativeOf(before: number, after: number): number {
  const relative = Math.abs(before - after) / Math.abs(before);
  return Number.isNaN(relative) ? Infinity : relative;
}
