/**
 * The index: summaries of ended runs in one file, so that a list opens one file instead of tens of thousands. It is
 * disposable and never believed without proof: each row carries the modification times of the folders that it was
 * made from, and counts only while they are the same.
 *
 * Layout: a line `lockstep-index 1 <crc32 of the rest>`, a line with ids and stamps, then lines of up to 256 summaries
 * as they are in memory, because making ten thousand of them anew would take longer than reading them.
 * The file is written whole under another name and renamed, by whoever has just read many runs; the last one wins.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { Pause } from './pause.ts';
import { storePaths, type StorePath } from './runPaths.ts';
import type { RunSummary } from './runSummary.ts';
import { metricValueToJson, type MetricSummary } from './result.ts';

/** Modification times in milliseconds, 0 where there is no such folder. */
export interface RunStamps {
  readonly folder: number;
  readonly annotations: number;
  readonly verdicts: number;
}

export interface IndexRow {
  readonly stamps: RunStamps;
  readonly summary: RunSummary;
}

/** What the index is made of. */
export interface IndexContent {
  /** All runs, sorted; those without a row must be read. */
  readonly ids: readonly string[];
  readonly row: (id: string) => IndexRow | undefined;
  /** Shard → modification time of its folder when these were its ids. */
  readonly shards: ReadonlyMap<string, number>;
}

const version = 1;
const rowsPerLine = 256;
const idLength = 26;

/** Other versions have an index of their own, so that two versions side by side do not undo each other's work. */
export function runIndexPath(store: StorePath): string {
  return join(storePaths(store).index, `runs.${version}.txt`);
}

export class RunIndex {
  readonly #heading: Heading;
  readonly #rows = new Map<string, number>();
  readonly #lines: readonly Buffer[];
  readonly #parsed: ((RunSummary | null)[] | undefined)[] = [];

  private constructor(heading: Heading, lines: readonly Buffer[]) {
    this.#heading = heading;
    this.#lines = lines;
    for (let row = 0; row < heading.folder.length; row++)
      this.#rows.set(heading.ids.slice(row * idLength, (row + 1) * idLength), row);
  }

  /** Undefined when there is no index, or it is torn, changed by others or of another version. */
  static async load(store: StorePath, pause = new Pause()): Promise<RunIndex | undefined> {
    const bytes = await readFile(runIndexPath(store)).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const lines = splitLines(bytes);
    const [title, headingLine, ...rest] = lines;
    if (title === undefined || headingLine === undefined) return undefined;
    const sum = crc32(bytes.subarray(title.length + 1));
    if (title.toString('latin1') !== titleOf(sum)) return undefined;
    await pause.take();
    return new RunIndex(JSON.parse(headingLine.toString('latin1')) as Heading, rest);
  }

  /** Shard → its ids and the modification time that its folder had then. */
  shards(): Map<string, { modifiedAt: number; ids: string[] }> {
    const shards = new Map(
      Object.entries(this.#heading.shards).map(([name, modifiedAt]) => [
        name,
        { modifiedAt, ids: [] as string[] },
      ]),
    );
    for (const id of this.#rows.keys()) shards.get(id.slice(-2))?.ids.push(id);
    return shards;
  }

  /** Undefined for a run that must be read. */
  stamps(id: string): RunStamps | undefined {
    const row = this.#rows.get(id);
    const { folder, annotations, verdicts } = this.#heading;
    const at = row === undefined ? undefined : folder[row];
    if (row === undefined || at === undefined || at < 0) return undefined;
    return { folder: at, annotations: annotations[row] ?? 0, verdicts: verdicts[row] ?? 0 };
  }

  /** The summary as it was when the folders had the stamps of its row. Reads 256 rows at the first of them. */
  summary(id: string): RunSummary | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    const line = Math.floor(row / rowsPerLine);
    const rows = (this.#parsed[line] ??= parseLine(this.#lines[line]));
    return rows[row % rowsPerLine] ?? undefined;
  }
}

/** Replaces the index. A failure (full disk, read-only store) is silent: the index is only there to save time. */
export async function writeRunIndex(
  store: StorePath,
  { ids, row, shards }: IndexContent,
  pause: Pause,
): Promise<void> {
  const path = runIndexPath(store);
  const temporary = join(dirname(path), `.runs.${randomBytes(6).toString('hex')}.tmp`);
  const rows = ids.map(row);
  const heading: Heading = {
    ids: ids.join(''),
    folder: rows.map(entry => entry?.stamps.folder ?? -1),
    annotations: rows.map(entry => entry?.stamps.annotations ?? 0),
    verdicts: rows.map(entry => entry?.stamps.verdicts ?? 0),
    shards: Object.fromEntries(shards),
  };
  const lines = [Buffer.from(JSON.stringify(heading) + '\n', 'latin1')];
  // Neighbours in a list are neighbours in the file.
  for (let from = 0; from < rows.length; from += rowsPerLine) {
    lines.push(Buffer.from(formatLine(rows.slice(from, from + rowsPerLine)) + '\n', 'utf8'));
    if (pause.due) await pause.take();
  }
  const sum = lines.reduce((before, line) => crc32(line, before), 0);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, [`${titleOf(sum)}\n`, ...lines], { flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await unlink(temporary).catch(() => undefined);
  }
}

interface Heading {
  /** One after another, 26 characters each. */
  readonly ids: string;
  /** -1 for a run without a summary. */
  readonly folder: readonly number[];
  readonly annotations: readonly number[];
  readonly verdicts: readonly number[];
  readonly shards: Readonly<Record<string, number>>;
}

interface StoredLine {
  readonly rows: (RunSummary | null)[];
  /** Places of the rows with a metric value that JSON cannot say; it is written as text there. */
  readonly mended: readonly number[];
}

function titleOf(sum: number): string {
  return `lockstep-index ${version} ${sum.toString(16).padStart(8, '0')}`;
}

function formatLine(entries: readonly (IndexRow | undefined)[]): string {
  const mended: number[] = [];
  const rows = entries.map((entry, place) => {
    if (entry === undefined) return null;
    const metrics = Object.entries(entry.summary.metrics);
    if (metrics.every(([, metric]) => numbersOf(metric).every(Number.isFinite))) return entry.summary;
    mended.push(place);
    return {
      ...entry.summary,
      metrics: Object.fromEntries(metrics.map(([key, metric]) => [key, toText(metric)])),
    };
  });
  return JSON.stringify({ rows, mended });
}

function parseLine(line: Buffer | undefined): (RunSummary | null)[] {
  if (line === undefined) return [];
  const { rows, mended } = JSON.parse(line.toString('utf8')) as StoredLine;
  for (const place of mended)
    for (const metric of Object.values(rows[place]?.metrics ?? {})) Object.assign(metric, toNumbers(metric));
  return rows;
}

function numbersOf({ last, lastStep, min, max }: MetricSummary): number[] {
  return [last, lastStep, min, max];
}

function toText({ last, lastStep, min, max, count }: MetricSummary): object {
  return {
    last: metricValueToJson(last),
    lastStep: metricValueToJson(lastStep),
    min: metricValueToJson(min),
    max: metricValueToJson(max),
    count,
  };
}

function toNumbers(stored: Readonly<Record<string, unknown>>): Partial<MetricSummary> {
  const number = (name: string): number => Number(stored[name]);
  return { last: number('last'), lastStep: number('lastStep'), min: number('min'), max: number('max') };
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return lines;
}
