/**
 * A comparison of runs as text: one run as a page of facts for the diff editor, or all of them as a table. The words
 * are those of the record, not translated. Pure.
 */
import { isNoiseRow, isUnknownOfAll } from '../../runs/comparisonNoise.ts';
import type { ComparisonRow, RunComparison } from '../../runs/runComparison.ts';

const cellLimit = 40;

/** The run in this column, one fact a line, in the same order for every column. */
export function comparisonPage(comparison: RunComparison, column: number): string {
  return tellingSections(comparison)
    .filter(({ rows }) => rows.length > 0)
    .map(({ name, rows }) => {
      const lines = rows.map(row => `  ${oneLine(row.key)}: ${valueText(row, column)}\n`);
      return `${name}:\n${lines.join('')}`;
    })
    .join('\n');
}

/** One column for each run; rows that differ are marked, and come first in their section. */
export function comparisonTable(comparison: RunComparison, labels: readonly string[]): string {
  const lines: string[][] = [['', ...labels]];
  for (const { name, rows } of tellingSections(comparison)) {
    if (rows.length === 0) continue;
    lines.push([], [name]);
    const ordered = [
      ...rows.filter(row => row.status !== 'same'),
      ...rows.filter(row => row.status === 'same'),
    ];
    for (const row of ordered)
      lines.push([
        `${marks[row.status]} ${oneLine(row.key)}`,
        ...labels.map((_, column) => valueText(row, column)),
      ]);
  }
  return alignColumns(lines);
}

/** Without the variables of terminals, and without what is not known of any of the runs. */
function tellingSections({ sections }: RunComparison): RunComparison['sections'] {
  return sections.map(({ name, rows }) => ({
    name,
    rows: rows.filter(row => !isNoiseRow(name, row) && !isUnknownOfAll(row)),
  }));
}

const marks = { same: ' ', differs: '≠', unknown: '?' } as const;

function valueText(row: ComparisonRow, column: number): string {
  const value = row.values[column];
  return value === null || value === undefined ? '–' : oneLine(String(value));
}

function oneLine(text: string): string {
  return text.slice(0, 2000).replaceAll(/\s+/g, ' ');
}

function alignColumns(lines: readonly (readonly string[])[]): string {
  const cells = lines.map(line => line.map(cell => shorten(cell)));
  const widths: number[] = [];
  for (const line of cells)
    line.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  return cells
    .map(
      line =>
        line
          .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 2))
          .join('')
          .trimEnd() + '\n',
    )
    .join('');
}

function shorten(text: string): string {
  return text.length <= cellLimit ? text : `${text.slice(0, cellLimit - 1)}…`;
}
