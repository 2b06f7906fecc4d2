/** Axis ranges: what part of the number line a chart shows for the values it draws. */

export type Range = readonly [from: number, to: number];

/** The smallest range that holds every finite value; undefined when there is none. */
export function extent(values: Iterable<number>, among?: (value: number) => boolean): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || (among !== undefined && !among(value))) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** The range that holds both. */
export function union(a: Range | undefined, b: Range | undefined): Range | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** A linear axis for `range` with a little air, never empty: a constant series gets an axis around its value. */
export function linearDomain(range: Range | undefined, air = 0.05): Range {
  if (range === undefined) return [0, 1];
  const [low, high] = range;
  // The halves keep the difference finite for values near the largest number there is.
  const margin = low === high ? Math.abs(low) * 0.1 || 0.5 : (high / 2 - low / 2) * 2 * air;
  return [clampFinite(low - margin), clampFinite(high + margin)];
}

/** A logarithmic axis in whole decades around the positive `range`. */
export function logDomain(range: Range | undefined): Range {
  if (range === undefined || range[1] <= 0) return [0.1, 1];
  const low = 10 ** Math.floor(Math.log10(Math.max(range[0], Number.MIN_VALUE)));
  const high = 10 ** Math.ceil(Math.log10(range[1]));
  const from = low > 0 ? low : Number.MIN_VALUE;
  return from < high ? [from, clampFinite(high)] : [from / 10 || Number.MIN_VALUE, clampFinite(from * 10)];
}

function clampFinite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}
