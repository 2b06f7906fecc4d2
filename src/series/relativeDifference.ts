/**
 * How far two values of a metric are apart. NaN equals NaN here and an infinity equals itself: a reproduction that
 * diverges to the same NaN at the same step reproduced it.
 */

/** |original - now| / |original|; 0 when equal, Infinity when one is no finite number or the original is 0. */
export function relativeDifference(original: number, now: number): number {
  if (Object.is(original, now) || original === now) return 0;
  if (!Number.isFinite(original) || !Number.isFinite(now) || original === 0) return Infinity;
  return Math.abs(original - now) / Math.abs(original);
}
