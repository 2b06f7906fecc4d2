/**
 * How much a test repeats. `npm test` runs a short form of what is long, `npm run soak` all of it; the short form must be
 * able to fail for the same reasons.
 */

/** Whether this is `npm run soak`. */
export const soak = process.env['LOCKSTEP_SOAK'] === '1';

/** `LOCKSTEP_SOAK_COUNT=3 npm run soak` tries every part of it, and repeats none more often. */
const most = Number(process.env['LOCKSTEP_SOAK_COUNT'] ?? 'Infinity');
if (Number.isNaN(most) || most < 1) throw new Error('LOCKSTEP_SOAK_COUNT wants a number of 1 or more.');

/** How often: `short` by `npm test`, `long` by `npm run soak`. */
export function often(short: number, long: number): number {
  return soak ? Math.min(long, most) : short;
}
