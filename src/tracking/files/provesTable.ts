/** What the head of a file says about being a table of metrics. */
import { meaningOf } from '../metricNames.ts';
import { cellNumber, isBlankCell } from './cellNumber.ts';
import { DelimitedRows } from './delimitedRows.ts';
import { columnName, isHeader, stepColumn } from './tableColumns.ts';

export interface TableProof {
  /** The first column, or the one after an unnamed index, counts steps. */
  readonly firstIsStep: boolean;
  readonly hasStep: boolean;
  /** Rows follow, each with a number as its step and numbers in at least half of the other cells. */
  readonly hasNumbers: boolean;
}

const mostRows = 20;

/** Undefined when there is no whole header yet, or the head is no table. */
export function provesTable(head: Uint8Array): TableProof | undefined {
  // Text has no zero bytes; whatever has them needs no closer look.
  if (head.subarray(0, 1024).includes(0)) return undefined;
  const rows: string[][] = [];
  const reader = new DelimitedRows(
    undefined,
    cells => {
      const isBlank = cells.length === 1 && cells[0]?.trim() === '';
      if (rows.length <= mostRows && !isBlank) rows.push(cells);
    },
    () => undefined,
  );
  reader.push(head);
  const at = rows.findIndex(cells => !isComment(cells));
  const header = at < 0 ? undefined : rows[at];
  if (header === undefined || header.length < 2 || !isHeader(header)) return undefined;
  const names = header.map(columnName);
  const hasIndex = names[0] === '';
  const step = stepColumn(names);
  if (step === undefined) return { firstIsStep: false, hasStep: false, hasNumbers: false };
  const firstIsStep = meaningOf(names[hasIndex ? 1 : 0] ?? '').step >= 0;
  // A resumed program may write its header again.
  const body = rows.slice(at + 1).filter(cells => cells.join() !== header.join());
  const hasNumbers =
    body.length > 0 && body.every(cells => cells.length === names.length && isNumeric(cells, step));
  return { firstIsStep, hasStep: true, hasNumbers };
}

/** A comment of several cells may be a header that numpy wrote. */
function isComment(cells: readonly string[]): boolean {
  if (!cells[0]?.trimStart().startsWith('#')) return false;
  return cells.length < 2 || meaningOf(columnName(cells[0])).step < 0;
}

function isNumeric(cells: readonly string[], step: number): boolean {
  const at = cellNumber(cells[step] ?? '');
  if (at === undefined || !Number.isFinite(at) || at < 0) return false;
  const others = cells.filter((cell, column) => column !== step && !isBlankCell(cell));
  const numbers = others.filter(cell => cellNumber(cell) !== undefined);
  return numbers.length > 0 && numbers.length * 2 >= others.length;
}
