/** Sorts runs by one field; runs that do not have it come last, whatever the direction. */
import { parseQueryField } from './parseQuery.ts';
import { fieldValue, type FieldValue } from './queryFields.ts';
import type { RunSummary } from './runSummary.ts';

/**
 * A new array; runs with equal values keep their order.
 * @param key A field as in filters, `metrics.loss` or `created`; with `-` before it the greatest comes first.
 * Throws `query-invalid`.
 */
export function sortRuns(runs: readonly RunSummary[], key: string, now = Date.now()): RunSummary[] {
  const descending = key.startsWith('-');
  const field = parseQueryField(descending ? key.slice(1) : key);
  const sign = descending ? -1 : 1;
  return runs
    .map(run => ({ run, value: comparable(fieldValue(run, field, now)) }))
    .sort((a, b) => {
      if (a.value === undefined || b.value === undefined)
        return Number(a.value === undefined) - Number(b.value === undefined);
      return sign * compare(a.value, b.value);
    })
    .map(({ run }) => run);
}

/** NaN says nothing about order, so it counts as missing. */
function comparable(value: FieldValue): number | string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return typeof value === 'string' ? value : value.join(' ');
}

/** Numbers before text. */
function compare(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
