import { formatMetric } from '../../src/series/formatMetric.ts';
import { shorten } from '../shared/dom.ts';
import type { RankedValue } from './ranking.ts';

const spokenRows = 8;

/** The ranking as a sentence for a screen reader. */
export function crosshairText(heading: string, rows: readonly RankedValue[], metric?: string): string {
  const values = rows
    .slice(0, spokenRows)
    .map(({ line, value }) => `${shorten(line.label, 60)} ${formatMetric(metric, value)}`);
  return `${heading}: ${values.join(', ')}`;
}
