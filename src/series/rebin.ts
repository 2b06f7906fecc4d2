/** A histogram with buckets of any width as bars of equal width: what fits a small card. Pure. */
import type { Range } from './domains.ts';

export interface Buckets {
  /** Where the first bucket begins. */
  readonly from: number;
  /** Upper ends, ascending. */
  readonly ends: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/**
 * Spreads each count evenly over the part of its bucket that lies in the range. A bucket without width stands in the
 * bar that holds it; ends that are NaN or go back are passed over. Nothing within the range is lost.
 */
export function rebin({ from, ends, counts }: Buckets, [low, high]: Range, bars: number): Float64Array {
  const rebinned = new Float64Array(bars);
  const width = (high - low) / bars;
  const barOf = (x: number): number =>
    width > 0 ? Math.min(bars - 1, Math.max(0, Math.floor((x - low) / width))) : 0;
  let start = from;
  for (let bucket = 0; bucket < ends.length; bucket++) {
    const upper = ends[bucket] ?? NaN;
    const count = counts[bucket] ?? 0;
    const [begin, end] = [Math.max(start, low), Math.min(upper, high)];
    if (!(upper >= start)) continue;
    start = upper;
    if (!(count > 0) || !(end >= begin)) continue;
    const [first, last] = [barOf(begin), barOf(end)];
    const shares = Array.from({ length: last - first + 1 }, (_, i) => {
      const left = low + (first + i) * width;
      return Math.max(0, Math.min(end, left + width) - Math.max(begin, left));
    });
    // Not by the width of the bucket: of ranges as small as numbers get, the parts do not add up to the whole.
    const whole = shares.reduce((sum, share) => sum + share, 0);
    shares.forEach((share, i) => {
      const part = whole > 0 ? share / whole : Number(i === 0);
      rebinned[first + i] = (rebinned[first + i] ?? 0) + count * part;
    });
  }
  return rebinned;
}
