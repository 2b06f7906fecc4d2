/**
 * Tells which points of a source that was begun anew the run has already: those that stand in its metric log when the
 * source tells the first of them. However many there are, each is looked for in the order of its series; what was told
 * again in whole is let go of.
 */
import type { MetricPoint, MetricSeries } from '../../runs/metricSeries.ts';

interface Column {
  /** Places in the series, by step and value. */
  readonly order: Uint32Array;
  readonly steps: Float64Array;
  readonly values: Float64Array;
  left: number;
}

export class RetoldPoints {
  readonly #series: Map<string, MetricSeries>;
  /** Of the series that were asked for. */
  readonly #columns = new Map<string, Column>();

  /** @param series What the log holds, as far as it may be of the source. */
  constructor(series: Iterable<MetricSeries>) {
    this.#series = new Map(Array.from(series, one => [idOf(one.key, one.rank), one]));
  }

  /** The time counts not: a file without times gives the time of its reading. Ask for each point once, in order. */
  has({ key, rank, step, value }: MetricPoint): boolean {
    const id = idOf(key, rank ?? null);
    const column = this.#column(id);
    if (column === undefined || !isIn(column, step, value)) return false;
    if (--column.left === 0) this.#columns.delete(id);
    return true;
  }

  #column(id: string): Column | undefined {
    const series = this.#series.get(id);
    if (series === undefined) return this.#columns.get(id);
    this.#series.delete(id);
    const { steps, values } = series;
    const order = Uint32Array.from(values, (_, place) => place).sort((a, b) =>
      compare(steps[a] ?? 0, values[a] ?? 0, steps[b] ?? 0, values[b] ?? 0),
    );
    // A copy: what the views share would be held as a whole.
    const column = { order, steps: steps.slice(), values: values.slice(), left: values.length };
    this.#columns.set(id, column);
    return column;
  }
}

function isIn({ order, steps, values }: Column, step: number, value: number): boolean {
  let from = 0;
  let to = order.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const place = order[middle] ?? 0;
    const way = compare(steps[place] ?? 0, values[place] ?? 0, step, value);
    if (way === 0) return true;
    if (way < 0) from = middle + 1;
    else to = middle;
  }
  return false;
}

function compare(stepA: number, valueA: number, stepB: number, valueB: number): number {
  return compareNumbers(stepA, stepB) || compareNumbers(valueA, valueB);
}

/** A total order, in which NaN is the greatest and -0 comes before 0. */
function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a)) return 1;
  if (Number.isNaN(b)) return -1;
  return Object.is(a, -0) ? -1 : 1;
}

function idOf(key: string, rank: number | null): string {
  return `${rank ?? ''}\0${key}`;
}
