/**
 * Reads trackio's database (`<TRACKIO_DIR>/<project>.db`) while trackio writes it: the rows that came since the last
 * look, and only those logged since a moment, because the database holds every run of the project. Nothing is locked
 * or written. Each trackio run is a training of its own.
 */
import { isRecord } from '../collectParameters.ts';
import { ContentBuilder } from '../files/contentBuilder.ts';
import { clockTime } from '../metricNames.ts';
import { noContent } from '../sourceReader.ts';
import type { DatabaseContent, DatabaseLook, DatabaseReader, SourceContent } from '../sourceReader.ts';
import { Database } from '../sqlite/database.ts';
import type { Table } from '../sqlite/database.ts';
import type { TableRow } from '../sqlite/tableRow.ts';
import { takeConfig, takeMetrics } from './trackioRecord.ts';

interface Run {
  readonly id: string;
  readonly metrics: ContentBuilder;
  readonly system: ContentBuilder;
  configTold: boolean;
}

interface Row {
  readonly run: string;
  readonly name: string;
  readonly time: number | undefined;
  readonly step: number | undefined;
  readonly text: string;
}

const mostRuns = 1000;
/** Of one look; the others are taken at the next. */
const mostRows = 20_000;
/** Ends a scan early. */
const enough = new Error('enough rows');

export class TrackioDatabaseReader implements DatabaseReader {
  readonly #path: string;
  readonly #runs = new Map<string, Run | 'another'>();
  readonly #problems = new ContentBuilder();
  readonly #systemSteps = new Map<string, number>();
  #afterMetrics = Number.NEGATIVE_INFINITY;
  #afterSystem = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
  }

  async read(look: DatabaseLook): Promise<DatabaseContent> {
    const database = await Database.open(this.#path);
    let more: boolean;
    try {
      // All is read before any of it is taken: a database that changes meanwhile is looked at again.
      const metrics = await rowsOf(database, 'metrics', 'metrics', this.#afterMetrics, look.since);
      const system = await rowsOf(database, 'system_metrics', 'metrics', this.#afterSystem, look.since);
      for (const row of metrics.rows) this.#runOf(row, look);
      const untold = [...this.#runs].filter(([, run]) => run !== 'another' && !run.configTold);
      const configs =
        untold.length === 0
          ? []
          : (await rowsOf(database, 'configs', 'config', Number.NEGATIVE_INFINITY, 0)).rows;
      more = metrics.more || system.more;
      this.#afterMetrics = metrics.last;
      this.#afterSystem = system.last;
      this.#takeConfigs(configs);
      for (const row of metrics.rows) this.#take(row, row.step ?? 0, look, 'metrics');
      for (const row of system.rows) {
        const step = this.#systemSteps.get(row.run) ?? 0;
        if (this.#take(row, step, look, 'system')) this.#systemSteps.set(row.run, step + 1);
      }
    } finally {
      database.close();
    }
    return { more, parts: this.#parts() };
  }

  /** Parts of the first run have the plain names. */
  #parts(): ReadonlyMap<string, SourceContent> {
    const parts = new Map<string, SourceContent>();
    const runs = [...this.#runs.values()].filter(run => run !== 'another');
    for (const [index, { id, metrics, system }] of runs.entries()) {
      parts.set(index === 0 ? '' : id, { ...metrics.take(), training: id });
      parts.set(index === 0 ? 'system' : `${id} system`, { ...system.take(), training: id });
    }
    const { problems } = this.#problems.take();
    const first = parts.get('') ?? noContent;
    return problems.length === 0 ? parts : parts.set('', { ...first, problems });
  }

  #runOf(row: Row, look: DatabaseLook): Run | undefined {
    const known = this.#runs.get(row.run);
    if (known !== undefined) return known === 'another' ? undefined : known;
    if (this.#runs.size >= mostRuns) return undefined;
    if (!look.isAlone) {
      this.#runs.set(row.run, 'another');
      this.#problems.problem(
        `another run was live, so nobody could tell whose "${row.name}" is: it is in no run. TRACKIO_STORAGE_MODE=jsonl keeps them apart`,
      );
      return undefined;
    }
    const run = {
      ...{ id: row.run, metrics: new ContentBuilder(), system: new ContentBuilder() },
      configTold: false,
    };
    this.#runs.set(row.run, run);
    run.metrics.name = row.name;
    return run;
  }

  #takeConfigs(rows: readonly Row[]): void {
    for (const row of rows) {
      const run = this.#runs.get(row.run);
      if (run === undefined || run === 'another' || run.configTold) continue;
      run.configTold = true;
      takeConfig(parse(row.text), '', run.metrics);
    }
  }

  #take(row: Row, step: number, look: DatabaseLook, into: 'metrics' | 'system'): boolean {
    const run = this.#runOf(row, look);
    const metrics = run === undefined ? undefined : parse(row.text);
    if (run === undefined || !isRecord(metrics)) return false;
    takeMetrics(metrics, { step, time: row.time ?? look.time }, '', run[into]);
    return true;
  }
}

/** Rows after a row that were written since a moment, and the last row of all. */
async function rowsOf(
  database: Database,
  name: string,
  content: string,
  after: number,
  since: number,
): Promise<{ rows: Row[]; last: number; more: boolean }> {
  const table = database.table(name);
  const rows: Row[] = [];
  let last = after;
  if (table === undefined) return { rows, last, more: false };
  const [run, runName, text, step] = columnsOf(table, ['run_id', 'run_name', content, 'step']);
  const [timestamp] = columnsOf(table, [content === 'config' ? 'created_at' : 'timestamp']);
  const takeRow = (row: TableRow): void => {
    const time = clockTime(row.text(timestamp));
    if (time === undefined || time >= since) {
      if (rows.length >= mostRows) throw enough;
      const [id, value] = [row.text(run) ?? row.text(runName), row.content(text)];
      const name = row.text(runName, 200) ?? id ?? '';
      if (id !== undefined && value !== undefined)
        rows.push({ run: id, name, time, step: row.number(step), text: value });
    }
    last = Math.max(last, row.rowid);
  };
  try {
    await database.scan(table, takeRow, undefined, after);
  } catch (error) {
    if (error !== enough) throw error;
    return { rows, last, more: true };
  }
  return { rows, last, more: false };
}

/** -1 for a column that there is not. */
function columnsOf<const Names extends readonly string[]>(
  table: Table,
  names: Names,
): { [I in keyof Names]: number } {
  return names.map(name => table.columns.indexOf(name)) as { [I in keyof Names]: number };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
