/** Binary search in ascending arrays without NaN. */

/** Index of the first element that is not below `value`; the length when all are. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first element above `value`; the length when none is. */
export function upperBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the element nearest to `value` (the lower one of two equally near), or -1 in an empty array. */
export function nearestIndex(sorted: ArrayLike<number>, value: number): number {
  if (sorted.length === 0) return -1;
  const after = lowerBound(sorted, value);
  if (after === 0) return 0;
  if (after === sorted.length) return sorted.length - 1;
  const below = sorted[after - 1] ?? NaN;
  const above = sorted[after] ?? NaN;
  return value - below <= above - value ? after - 1 : after;
}
