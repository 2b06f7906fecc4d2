/**
 * How precisely equal metrics are known to be equal. Invariant: the least precise one speaks for itself, by name, and never
 * for the others; what is said are the decimals that the values have, since nobody knows how many were meant.
 */
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import type { LastDigits } from '../comparison/lastDigits.ts';
import { isBeyondExact, storedDecimals } from '../comparison/tolerance.ts';

export interface StoredPrecision {
  readonly key: string;
  /** Undefined where every bit is stored. */
  readonly decimals: number | undefined;
  /** Some of its whole numbers may have had more digits than a double holds. */
  readonly beyondExact: boolean;
}

/** Of each counted metric of the original. */
export function storedPrecision(
  series: readonly KeyedSeries[],
  counted: readonly { readonly verdict: { readonly key: string } }[],
  digits: ReadonlyMap<string, LastDigits> = new Map(),
): StoredPrecision[] {
  const keys = new Set(counted.map(metric => metric.verdict.key));
  return series
    .filter(one => keys.has(one.key))
    .map(({ key, values }) => ({
      key,
      decimals: storedDecimals(values),
      beyondExact: isBeyondExact(values) && digits.get(key) !== 'equal',
    }));
}

/** `to the last stored bit`, `to the 4 decimals that they have`, `as precisely as they are stored: acc to 2 decimals, …`. */
export function precisionText(precisions: readonly StoredPrecision[]): string {
  const large = namesOf(precisions.filter(one => one.beyondExact));
  return (
    decimalsText(precisions) +
    (large === '' ? '' : ` (whole numbers above 2^53, in ${large}, to their first 53 bits)`)
  );
}

function decimalsText(precisions: readonly StoredPrecision[]): string {
  const weakest = Math.min(...precisions.map(({ decimals = Infinity }) => decimals));
  if (weakest === Infinity) return 'to the last stored bit';
  const rough = precisions.filter(({ decimals }) => decimals === weakest);
  const text = weakest === 1 ? 'one decimal' : `${weakest} decimals`;
  if (rough.length === precisions.length) return `to the ${text} that they have`;
  const others = new Set(precisions.map(({ key }) => key)).size - new Set(rough.map(({ key }) => key)).size;
  return `as precisely as they are stored: ${namesOf(rough)} to ${text}, the ${others > 1 ? 'others' : 'other'} to more`;
}

function namesOf(precisions: readonly StoredPrecision[]): string {
  const names = [...new Set(precisions.map(({ key }) => key))];
  return names.length > 2 ? `${names.length} metrics` : names.join(' and ');
}
