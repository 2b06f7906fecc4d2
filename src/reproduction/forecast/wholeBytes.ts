/** Sums of sizes that records claim. Invariant: never negative, NaN or beyond what a number holds exactly. */

export function wholeBytes(size: number | undefined): number {
  if (size === undefined || Number.isNaN(size) || size <= 0) return 0;
  return Math.min(Math.floor(size), Number.MAX_SAFE_INTEGER);
}

export function sumBytes(sizes: Iterable<number | undefined>): number {
  let sum = 0;
  for (const size of sizes) sum = Math.min(sum + wholeBytes(size), Number.MAX_SAFE_INTEGER);
  return sum;
}
