/**
 * Tables for people: aligned columns that fit the terminal, or are as wide as they need to be for a width of Infinity. Where it is narrow, columns first shrink, then the least
 * important ones go. Invariant: no line is wider than the width given.
 */
import { printable } from './printable.ts';
import { cutText, textWidth } from './textWidth.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Columns with a number shrink when the table is too wide, the largest first, never below their `least` width. */
  readonly shrink?: number;
  readonly least?: number;
  /** Columns with a number are left out when shrinking is not enough, the largest first. */
  readonly drop?: number;
  /** Colours a cell that is already cut and padded. */
  readonly paint?: (text: string, row: Row) => string;
}

const gap = 2;

/** Header and rows, each line ended by a newline; columns that are empty throughout are left out. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  paintHeader: (text: string) => string = text => text,
): string {
  const all = withoutLeast(
    columns
      .map(column => ({
        ...{ column, title: printable(column.title) },
        cells: rows.map(row => printable(column.cell(row))),
      }))
      .filter(({ cells }) => cells.some(cell => cell !== ''))
      .map(({ column, title, cells }) => ({
        ...{ column, title, cells },
        needed: cells.reduce((widest, cell) => Math.max(widest, textWidth(cell)), textWidth(title)),
        shrink: column.shrink,
        least: column.least ?? 6,
      })),
    width,
  );
  const widths = fit(all, width);
  const line = (texts: readonly string[], paint: (text: string, at: number) => string): string =>
    texts
      .map((text, at) => {
        const column = all[at]?.column;
        const wide = widths[at] ?? 0;
        const cut = cutText(text, wide);
        const space = ' '.repeat(Math.max(0, wide - textWidth(cut)));
        if (column?.align === 'right') return space + paint(cut, at);
        return paint(cut, at) + (at === texts.length - 1 ? '' : space);
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const header = line(
    all.map(({ title }) => title),
    text => paintHeader(text),
  );
  const body = rows.map((row, index) =>
    line(
      all.map(({ cells }) => cells[index] ?? ''),
      (text, at) => all[at]?.column.paint?.(text, row) ?? text,
    ),
  );
  return [header, ...body].map(text => `${text}\n`).join('');
}

interface Need {
  readonly needed: number;
  readonly shrink: number | undefined;
  readonly least: number;
}

/** Leaves columns out until the others fit at their least widths, or no more may go. */
function withoutLeast<Kept extends Need & { readonly column: { readonly drop?: number } }>(
  columns: readonly Kept[],
  width: number,
): Kept[] {
  const kept = [...columns];
  const leastWidth = (): number =>
    kept.reduce(
      (sum, one) => sum + (one.shrink === undefined ? one.needed : Math.min(one.needed, one.least)),
      0,
    ) +
    gap * (kept.length - 1);
  while (leastWidth() > width) {
    const next = kept.reduce((most, one) => Math.max(most, one.column.drop ?? 0), 0);
    if (next === 0) break;
    kept.splice(
      kept.findIndex(one => one.column.drop === next),
      1,
    );
  }
  return kept;
}

function fit(needs: readonly Need[], width: number): number[] {
  const widths = needs.map(need => need.needed);
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1);
  const priorities = [...new Set(needs.map(need => need.shrink ?? 0))].sort((a, b) => b - a);
  for (const priority of priorities)
    for (let over = total() - width; over > 0; over = total() - width) {
      const shrinkable = [...needs.keys()].filter(
        at => (needs[at]?.shrink ?? 0) === priority && (widths[at] ?? 0) > (needs[at]?.least ?? 0),
      );
      const widest = shrinkable.reduce<number | undefined>(
        (best, at) => (best === undefined || (widths[at] ?? 0) > (widths[best] ?? 0) ? at : best),
        undefined,
      );
      if (widest === undefined) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  // A terminal too narrow for anything: cut from the right.
  for (let at = widths.length - 1; at > 0 && total() > width; at -= 1)
    widths[at] = Math.max(0, (widths[at] ?? 0) - (total() - width));
  return widths;
}
