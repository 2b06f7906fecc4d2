/** Rows of a comparison that tell people nothing: they stay in the document, and out of what is shown. */
import type { ComparisonRow, RunComparison } from './runComparison.ts';
import { isSessionVariable } from './sessionVariable.ts';

/** True for a variable of the terminal that no training reads. */
export function isNoiseRow(
  section: RunComparison['sections'][number]['name'],
  { key }: ComparisonRow,
): boolean {
  return (
    section === 'environment' &&
    key.startsWith(variablePrefix) &&
    isSessionVariable(key.slice(variablePrefix.length))
  );
}

/** True where it is not known of any of the runs. */
export function isUnknownOfAll({ status, values }: ComparisonRow): boolean {
  return status === 'unknown' && values.every(value => value === 'unknown');
}

/** Before the names of variables in the keys of rows. */
export const variablePrefix = 'variable ';
