import { formatNumber } from '../../src/series/formatNumber.ts';
import { shorten } from '../shared/dom.ts';
import type { RankedValue } from './ranking.ts';

const spokenRows = 8;

/** The ranking as a sentence for a screen reader. */
export function crosshairText(heading: string, rows: readonly RankedValue[]): string {
  const values = rows
    .slice(0, spokenRows)
    .map(({ line, value }) => `${shorten(line.label, 60)} ${formatNumber(value)}`);
  return `${heading}: ${values.join(', ')}`;
}
