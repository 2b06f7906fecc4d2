/** Folds the rows of a comparison that are about one package each, where there are so many that they hide the rest. */
import type { ComparisonRow } from '../../runs/runComparison.ts';

/** More packages than these say one thing: these are different environments. */
const mostPackages = 20;

/** The rows to show, and how many packages are not among them. */
export function foldPackages(
  section: string,
  rows: readonly ComparisonRow[],
): { readonly rows: readonly ComparisonRow[]; readonly folded: number } {
  const rest = rows.filter(row => section !== 'environment' || !row.key.startsWith('package '));
  const packages = rows.length - rest.length;
  return packages > mostPackages ? { rows: rest, folded: packages } : { rows, folded: 0 };
}
