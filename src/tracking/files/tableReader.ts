/**
 * Reads a table of metrics (CSV or TSV, one row a step) whose writer appends to it, writes it anew with more columns
 * (Lightning), or begins it anew (Keras, DVCLive). Every row is told once, in the order of the table.
 */
import { createHash } from 'node:crypto';
import type { MetricPoint } from '../../runs/metricSeries.ts';
import { clockTime } from '../metricNames.ts';
import { noContent } from '../sourceReader.ts';
import type { RewrittenReader, SourceContent } from '../sourceReader.ts';
import { cellNumber, isBlankCell } from './cellNumber.ts';
import { DelimitedRows } from './delimitedRows.ts';
import type { Delimiter } from './delimitedRows.ts';
import { isHeader, tableColumns } from './tableColumns.ts';
import type { TableColumns, TableForm } from './tableColumns.ts';
import { ToldPoints } from './toldPoints.ts';
import { ToldProblems } from './toldProblems.ts';

const pieceBytes = 64 * 1024;
const mostPoints = 200_000;
const emptyHash = digestOf(new Uint8Array(0));

export class TableReader implements RewrittenReader {
  readonly #form: TableForm;
  readonly #delimiter: Delimiter | undefined;
  readonly #told = new ToldPoints();
  readonly #problems = new ToldProblems();
  #rows: DelimitedRows;
  #columns: TableColumns | undefined;
  /** What stands for the header is a comment: numpy writes it so, others write prose. */
  #isComment = false;
  #rowNumber = 0;
  #lastStep: number | undefined;
  /** Of rows without any step. */
  #counted = 0;
  /** How much of the content went into the rows, and its digest. */
  #length = 0;
  #digest = emptyHash;
  #time = 0;
  #points: MetricPoint[] = [];

  constructor(form: TableForm, delimiter?: Delimiter) {
    this.#form = form;
    this.#delimiter = delimiter;
    this.#rows = this.#begin();
  }

  read(content: Uint8Array, time: number, ended = false): SourceContent {
    if (content.length < this.#length || digestOf(content.subarray(0, this.#length)) !== this.#digest)
      this.#rows = this.#begin();
    this.#time = time;
    this.#points = [];
    const from = this.#length;
    while (this.#length < content.length && this.#points.length < mostPoints) {
      const to = Math.min(content.length, this.#length + pieceBytes);
      this.#rows.push(content.subarray(this.#length, to));
      this.#length = to;
    }
    const more = this.#length < content.length;
    if (this.#length !== from) this.#digest = digestOf(content.subarray(0, this.#length));
    if (ended && !more) {
      this.#rows.end();
      // Should it grow all the same, the last line is read again as a whole.
      this.#length = Number.POSITIVE_INFINITY;
    }
    const points = this.#points;
    this.#points = [];
    const problems = this.#problems.take();
    if (points.length === 0 && problems.length === 0 && !more) return noContent;
    return {
      ...noContent,
      points,
      before: this.#told.before - points.length,
      problems,
      ...(more ? { more } : {}),
    };
  }

  #begin(): DelimitedRows {
    this.#told.begin();
    this.#columns = undefined;
    this.#rowNumber = 0;
    this.#lastStep = undefined;
    this.#counted = 0;
    this.#length = 0;
    this.#digest = emptyHash;
    return new DelimitedRows(
      this.#delimiter,
      cells => {
        this.#takeRow(cells);
      },
      problem => {
        this.#problems.add(problem);
      },
    );
  }

  #takeRow(cells: readonly string[]): void {
    this.#rowNumber++;
    if (cells.every(cell => cell === '')) return;
    if (this.#columns === undefined) {
      if (isHeader(cells)) this.#takeHeader(cells);
      else if (!cells[0]?.startsWith('#'))
        this.#problems.add('there is no header with the names of the columns');
      return;
    }
    const columns = this.#columns;
    if (isHeader(cells) && this.#isHeaderAgain(cells, columns)) {
      this.#takeHeader(cells);
      return;
    }
    if (cells.length !== columns.count && !isPaddedRow(cells, columns.count)) {
      this.#problems.add(
        `line ${this.#rowNumber} has ${cells.length} cells where the header has ${columns.count}: such lines are left out`,
      );
      return;
    }
    const points = this.#pointsOf(cells, columns);
    if (points.length > 0 && this.#told.isNew(points)) for (const point of points) this.#points.push(point);
  }

  #takeHeader(cells: readonly string[]): void {
    const columns = tableColumns(cells, this.#form);
    this.#columns = columns;
    this.#isComment = cells[0]?.startsWith('#') ?? false;
    for (const problem of columns.problems) this.#problems.add(problem);
  }

  /** A resumed program writes its header again, perhaps with other columns. Text in every cell alone proves nothing. */
  #isHeaderAgain(cells: readonly string[], columns: TableColumns): boolean {
    if (this.#isComment) return true;
    const again = tableColumns(cells, this.#form);
    if (columns.step !== undefined) return again.step !== undefined;
    const known = new Set(columns.metrics.map(({ key }) => key));
    return again.metrics.some(({ key }) => known.has(key));
  }

  #pointsOf(cells: readonly string[], columns: TableColumns): MetricPoint[] {
    const stepCell = columns.step === undefined ? undefined : cellNumber(cells[columns.step] ?? '');
    const step = stepCell !== undefined && Number.isFinite(stepCell) ? stepCell : undefined;
    if (step !== undefined) this.#lastStep = step;
    const at = step ?? this.#lastStep ?? this.#counted++;
    let time = this.#time;
    let clock = -1;
    for (const column of columns.clocks) {
      const cell = cells[column] ?? '';
      const moment = clockTime(cellNumber(cell) ?? cell.trim());
      if (moment === undefined) continue;
      time = moment;
      clock = column;
      break;
    }
    const rankCell = columns.rank === undefined ? undefined : cellNumber(cells[columns.rank] ?? '');
    const rank = rankCell !== undefined && Number.isInteger(rankCell) && rankCell >= 0 ? rankCell : undefined;
    const points: MetricPoint[] = [];
    for (const { column, key } of columns.metrics) {
      if (column === clock) continue;
      const cell = cells[column] ?? '';
      if (cell === '') continue;
      const value = cellNumber(cell);
      if (value === undefined) continue;
      points.push(rank === undefined ? { key, step: at, time, value } : { key, rank, step: at, time, value });
    }
    return points;
  }
}

function isPaddedRow(cells: readonly string[], count: number): boolean {
  return cells.length > count && cells.slice(count).every(isBlankCell);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64');
}
