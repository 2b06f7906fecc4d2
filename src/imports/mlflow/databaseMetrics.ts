/**
 * The metric points of the runs in MLflow's database. They lie in one table in the order in which they came, so several
 * runs are read in one pass: as many as fit into a fixed memory, in the order in which they will be asked for.
 */
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { Database, Table } from '../../tracking/sqlite/database.ts';

/** Points held at once, 28 bytes each; a run with more is read alone. */
const pointsPerPass = 4_000_000;
/** SQL knows no infinities: MLflow stores the largest double instead. */
const largest = 1.7976931348623157e308;

interface Counted {
  readonly count: number;
  readonly lastRow: number;
}

/** The points of the runs of one pass, those of a run behind each other. */
interface Pass {
  readonly starts: ReadonlyMap<string, number>;
  readonly filled: Map<string, number>;
  readonly keys: Int32Array;
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly keyTexts: readonly string[];
}

export class DatabaseMetrics {
  readonly #database: Database;
  readonly #table: Table | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #counts: ReadonlyMap<string, Counted>;
  #order: readonly string[] = [];
  readonly #places = new Map<string, number>();
  #pass: Pass | undefined;

  private constructor(
    database: Database,
    counts: ReadonlyMap<string, Counted>,
    signal: AbortSignal | undefined,
  ) {
    this.#database = database;
    this.#table = database.table('metrics');
    this.#counts = counts;
    this.#signal = signal;
  }

  static async count(database: Database, signal: AbortSignal | undefined): Promise<DatabaseMetrics> {
    const counts = new Map<string, { count: number; lastRow: number }>();
    const table = database.table('metrics');
    if (table !== undefined) {
      const runColumn = table.columns.indexOf('run_uuid');
      await database.scan(
        table,
        row => {
          const run = row.text(runColumn);
          if (run === undefined) return;
          const counted = counts.get(run);
          if (counted === undefined) counts.set(run, { count: 1, lastRow: row.rowid });
          else {
            counted.count++;
            counted.lastRow = row.rowid;
          }
        },
        signal,
      );
    }
    return new DatabaseMetrics(database, counts, signal);
  }

  /** Changes as soon as the run has another point: rows are only ever added. */
  stampOf(run: string): string {
    const counted = this.#counts.get(run);
    return counted === undefined ? '' : `${counted.count} ${counted.lastRow}`;
  }

  /** In which order {@link series} will be called. */
  expect(runs: readonly string[]): void {
    this.#order = runs;
    for (const [place, run] of runs.entries()) this.#places.set(run, place);
  }

  async series(run: string): Promise<MetricSeries[]> {
    const count = this.#counts.get(run)?.count ?? 0;
    if (this.#table === undefined || count === 0) return [];
    if (this.#pass?.starts.has(run) !== true) this.#pass = await this.#read(this.#table, run);
    return seriesOf(this.#pass, run);
  }

  async #read(table: Table, first: string): Promise<Pass> {
    const starts = new Map<string, number>();
    let total = 0;
    for (let place = this.#places.get(first) ?? 0; place < this.#order.length; place++) {
      const run = this.#order[place] ?? '';
      const count = this.#counts.get(run)?.count ?? 0;
      if (total > 0 && total + count > pointsPerPass) break;
      starts.set(run, total);
      total += count;
    }
    const column = (name: string): number => table.columns.indexOf(name);
    const [key, value, time] = [column('key'), column('value'), column('timestamp')];
    const [runColumn, step, isNan] = [column('run_uuid'), column('step'), column('is_nan')];
    const keyNumbers = new Map<string, number>();
    const pass = {
      starts,
      filled: new Map<string, number>(),
      keys: new Int32Array(total),
      steps: new Float64Array(total),
      times: new Float64Array(total),
      values: new Float64Array(total),
    };
    await this.#database.scan(
      table,
      row => {
        const run = row.text(runColumn) ?? '';
        const start = starts.get(run);
        if (start === undefined) return;
        const filled = pass.filled.get(run) ?? 0;
        if (filled >= (this.#counts.get(run)?.count ?? 0)) return;
        const name = row.text(key) ?? '';
        let number = keyNumbers.get(name);
        if (number === undefined) keyNumbers.set(name, (number = keyNumbers.size));
        const at = start + filled;
        pass.keys[at] = number;
        pass.steps[at] = row.number(step) ?? 0;
        pass.times[at] = row.number(time) ?? 0;
        pass.values[at] = row.number(isNan) === 1 ? Number.NaN : unclamped(row.number(value));
        pass.filled.set(run, filled + 1);
      },
      this.#signal,
    );
    return { ...pass, keyTexts: [...keyNumbers.keys()] };
  }
}

function seriesOf(pass: Pass, run: string): MetricSeries[] {
  const start = pass.starts.get(run) ?? 0;
  const end = start + (pass.filled.get(run) ?? 0);
  const counts = new Map<number, number>();
  for (let at = start; at < end; at++) {
    const key = pass.keys[at] ?? 0;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const all = new Map<number, { series: MetricSeries; filled: number }>();
  for (const [key, count] of counts) {
    const column = (): Float64Array => new Float64Array(count);
    const series = {
      key: pass.keyTexts[key] ?? '',
      rank: null,
      steps: column(),
      times: column(),
      values: column(),
    };
    all.set(key, { series, filled: 0 });
  }
  for (let at = start; at < end; at++) {
    const one = all.get(pass.keys[at] ?? 0);
    if (one === undefined) continue;
    one.series.steps[one.filled] = pass.steps[at] ?? 0;
    one.series.times[one.filled] = pass.times[at] ?? 0;
    one.series.values[one.filled] = pass.values[at] ?? 0;
    one.filled++;
  }
  return [...all.values()].map(({ series }) => series);
}

function unclamped(value: number | undefined): number {
  if (value === undefined) return Number.NaN;
  if (Math.abs(value) < largest) return value;
  return value > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
