/** From an entry of `media.jsonl` to what a card can show: bounded, however large the entry or its file. */
import { open, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { MediaContent } from '../../protocol/mediaProtocol.ts';
import { rebin } from '../../series/rebin.ts';
import type { Histogram, MediaEntry } from '../../runs/media.ts';

const shownCharacters = 20_000;
const shownRows = 200;
const shownColumns = 30;
const cellCharacters = 300;
const mostTableBytes = 16 * 1024 * 1024;
const bars = 64;

type Shown = Exclude<MediaContent['shown'], { type: 'image' }>;

/** As {@link MediaContent}, but a picture is a path in the run folder: only the extension host makes addresses. */
export type PlainContent = Omit<MediaContent, 'shown'> & {
  readonly shown: Shown | PlainImage;
  /** Absolute, below the run folder as it was given; what it leads to lies there, too. */
  readonly path?: string;
};

interface PlainImage {
  readonly type: 'image';
  readonly width?: number;
  readonly height?: number;
}

/** @param dir The run folder, absolute. Never rejects because of the entry's file. */
export async function mediaContent(dir: string, id: string, entry: MediaEntry): Promise<PlainContent> {
  const file = entry.file === undefined ? undefined : await fileWithin(dir, entry.file);
  return {
    id,
    step: entry.step,
    time: entry.time,
    hasFile: file !== undefined,
    shown: await shownOf(entry, file),
    ...(file === undefined ? {} : { path: file.path }),
  };
}

interface FoundFile {
  readonly path: string;
  readonly size: number;
}

async function shownOf(entry: MediaEntry, file: FoundFile | undefined): Promise<PlainContent['shown']> {
  if (entry.kind === 'histogram' && entry.histogram !== undefined) return histogramOf(entry.histogram);
  if (entry.kind === 'text' && entry.text !== undefined) return textOf(entry.text);
  if (file === undefined) return { type: 'unavailable', reason: entry.file ?? '' };
  switch (entry.kind) {
    case 'image':
      return {
        type: 'image',
        ...(entry.width === undefined ? {} : { width: entry.width }),
        ...(entry.height === undefined ? {} : { height: entry.height }),
      };
    case 'text':
      return textOf((await readStart(file, 4 * shownCharacters)).toString('utf8'));
    case 'table':
      return (await tableOf(file)) ?? fileOf(entry, file);
    default:
      return fileOf(entry, file);
  }
}

function fileOf({ file: name = '' }: MediaEntry, { size }: FoundFile): Shown {
  return { type: 'file', name: name.slice(name.lastIndexOf('/') + 1), size };
}

function textOf(text: string): Shown {
  return { type: 'text', text: text.slice(0, shownCharacters), cut: text.length > shownCharacters };
}

function histogramOf({ min, max, count, sum, ends, counts }: Histogram): Shown {
  const low = min ?? ends.find(Number.isFinite) ?? 0;
  const high = max ?? ends.findLast(Number.isFinite) ?? low;
  return {
    type: 'histogram',
    min: low,
    max: high,
    count,
    mean: sum === null || count === 0 ? NaN : sum / count,
    bars: rebin({ from: low, ends, counts }, [low, high], bars),
  };
}

/** What `log_table` of MLflow writes: `{"columns": [...], "data": [[...], ...]}`. Undefined for anything else. */
async function tableOf(file: FoundFile): Promise<Shown | undefined> {
  if (!file.path.toLowerCase().endsWith('.json') || file.size > mostTableBytes) return undefined;
  try {
    const table = JSON.parse((await readStart(file, mostTableBytes)).toString('utf8')) as unknown;
    if (typeof table !== 'object' || table === null || !('columns' in table && 'data' in table))
      return undefined;
    const { columns, data } = table;
    if (!Array.isArray(columns) || !Array.isArray(data)) return undefined;
    return {
      type: 'table',
      columns: columns.slice(0, shownColumns).map(cellText),
      rows: data
        .slice(0, shownRows)
        .map((row: unknown) => (Array.isArray(row) ? row : [row]).slice(0, shownColumns).map(cellText)),
      totalRows: data.length,
      totalColumns: columns.length,
    };
  } catch {
    return undefined;
  }
}

function cellText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.slice(0, cellCharacters);
}

/** A link that leads out of the run folder is not followed. */
async function fileWithin(dir: string, file: string): Promise<FoundFile | undefined> {
  try {
    const path = join(dir, file);
    const [real, top] = await Promise.all([realpath(path), realpath(dir)]);
    if (!real.startsWith(top + sep)) return undefined;
    const found = await stat(path);
    return found.isFile() ? { path, size: found.size } : undefined;
  } catch {
    return undefined;
  }
}

async function readStart({ path, size }: FoundFile, bytes: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
