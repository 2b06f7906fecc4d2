/**
 * The index: summaries of ended runs in one file, so that a list opens one file instead of tens of thousands. It is
 * disposable and never believed without proof: each row carries the modification times of the folders that it was
 * made from, and counts only while they are the same.
 *
 * Layout: a line `lockstep-index 1 <crc32 of the rest>`, a line with ids and stamps, then lines of up to 256 summaries.
 * The file is written whole under another name and renamed, by whoever has just read many runs; the last one wins.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Pause } from './pause.ts';
import { storePaths, type StorePath } from './runPaths.ts';
import type { RunSummary } from './runSummary.ts';
import type { MetricSummary } from './result.ts';

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

const version = 1;
const rowsPerLine = 256;

/** Other versions have an index of their own, so that two versions side by side do not undo each other's work. */
export function runIndexPath(store: StorePath): string {
  return join(storePaths(store).index, `runs.${version}.txt`);
}

export class RunIndex {
  readonly #stamps = new Map<string, { readonly stamps: RunStamps; readonly row: number }>();
  readonly #lines: readonly Buffer[];
  readonly #parsed: (RunSummary[] | undefined)[] = [];

  private constructor(heading: Heading, lines: readonly Buffer[]) {
    this.#lines = lines;
    const { ids, folder, annotations, verdicts } = heading;
    for (let row = 0; row < folder.length; row++)
      this.#stamps.set(ids.slice(row * 26, row * 26 + 26), {
        row,
        stamps: {
          folder: folder[row] ?? -1,
          annotations: annotations[row] ?? 0,
          verdicts: verdicts[row] ?? 0,
        },
      });
  }

  /** Undefined when there is no index, or it is torn, changed by others or of another version. */
  static async load(store: StorePath): Promise<RunIndex | undefined> {
    const bytes = await readFile(runIndexPath(store)).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const lines = splitLines(bytes);
    const [title, headingLine, ...rest] = lines;
    if (title === undefined || headingLine === undefined) return undefined;
    const sum = crc32(bytes.subarray(title.length + 1));
    if (title.toString('latin1') !== titleOf(sum)) return undefined;
    return new RunIndex(JSON.parse(headingLine.toString('latin1')) as Heading, rest);
  }

  get size(): number {
    return this.#stamps.size;
  }

  stamps(id: string): RunStamps | undefined {
    return this.#stamps.get(id)?.stamps;
  }

  /** The summary as it was when the folders had the stamps of its row. Reads 256 rows at the first of them. */
  summary(id: string): RunSummary | undefined {
    const row = this.#stamps.get(id)?.row;
    if (row === undefined) return undefined;
    const line = Math.floor(row / rowsPerLine);
    const rows = (this.#parsed[line] ??= this.#parse(line));
    return rows[row % rowsPerLine];
  }

  #parse(line: number): RunSummary[] {
    const stored = JSON.parse(this.#lines[line]?.toString('utf8') ?? '[]') as StoredSummary[];
    return stored.map(fromStored);
  }
}

/** Replaces the index. A failure (full disk, read-only store) is silent: the index is only there to save time. */
export async function writeRunIndex(
  store: StorePath,
  rows: ReadonlyMap<string, IndexRow>,
  pause: Pause,
): Promise<void> {
  const path = runIndexPath(store);
  const temporary = join(dirname(path), `.runs.${randomBytes(6).toString('hex')}.tmp`);
  // Neighbours in a list are neighbours in the file.
  const entries = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  const heading: Heading = {
    ids: entries.map(([id]) => id).join(''),
    folder: entries.map(([, row]) => row.stamps.folder),
    annotations: entries.map(([, row]) => row.stamps.annotations),
    verdicts: entries.map(([, row]) => row.stamps.verdicts),
  };
  const lines = [JSON.stringify(heading)];
  for (let from = 0; from < entries.length; from += rowsPerLine) {
    lines.push(
      JSON.stringify(entries.slice(from, from + rowsPerLine).map(([, row]) => toStored(row.summary))),
    );
    if (pause.due) await pause.take();
  }
  const body = Buffer.from(lines.join('\n') + '\n', 'utf8');
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, [`${titleOf(crc32(body))}\n`, body], { flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await unlink(temporary).catch(() => undefined);
  }
}

interface Heading {
  /** One after another, 26 characters each. */
  readonly ids: string;
  readonly folder: readonly number[];
  readonly annotations: readonly number[];
  readonly verdicts: readonly number[];
}

/** Metrics as rows of numbers; those that JSON cannot say as text. */
type StoredNumber = number | string;
type StoredSummary = Omit<RunSummary, 'metrics'> & {
  readonly metrics: readonly (readonly [
    string,
    StoredNumber,
    StoredNumber,
    StoredNumber,
    StoredNumber,
    number,
  ])[];
};

function titleOf(sum: number): string {
  return `lockstep-index ${version} ${sum.toString(16).padStart(8, '0')}`;
}

function toStored(summary: RunSummary): StoredSummary {
  return {
    ...summary,
    metrics: Object.entries(summary.metrics).map(
      ([key, { last, lastStep, min, max, count }]) =>
        [key, storable(last), storable(lastStep), storable(min), storable(max), count] as const,
    ),
  };
}

function fromStored(stored: StoredSummary): RunSummary {
  const metrics: Record<string, MetricSummary> = {};
  for (const [key, last, lastStep, min, max, count] of stored.metrics) {
    const summary: MetricSummary = {
      last: Number(last),
      lastStep: Number(lastStep),
      min: Number(min),
      max: Number(max),
      count,
    };
    if (key === '__proto__')
      Object.defineProperty(metrics, key, {
        value: summary,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    else metrics[key] = summary;
  }
  return Object.assign(stored, { metrics });
}

function storable(value: number): StoredNumber {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : Object.is(value, -0)
      ? '-0'
      : String(value);
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
