/**
 * A fragment of trackio's inbox (`<TRACKIO_DIR>/inbox/<writer>/00000000.jsonl`): what one process logged within half a
 * second, one record a line. Format: trackio `fragments.py`, version 1.
 */
import type { Histogram } from '../../runs/media.ts';
import { collectParameters, isRecord } from '../collectParameters.ts';
import { boundedKey, clockTime } from '../metricNames.ts';
import type { AppendedReader, SourceContent } from '../sourceReader.ts';
import { ByteLines } from './byteLines.ts';
import { ContentBuilder } from './contentBuilder.ts';
import { mediaTypeOf } from './mediaTypes.ts';
import { safeRelativePath } from './safeRelativePath.ts';

const deepestNesting = 16;
const mostPointsPerLine = 20_000;
/** JSON does not know them; trackio writes them as text. */
const specialNumbers = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

interface Place {
  readonly step: number;
  readonly time: number;
}

export class TrackioReader implements AppendedReader {
  readonly dead = false;
  readonly #found = new ContentBuilder();
  readonly #lines: ByteLines;
  #time = 0;
  /** System metrics tell no step. */
  #systemSteps = 0;
  /** Points that the record may still hold. */
  #room = 0;

  constructor() {
    this.#lines = new ByteLines(
      line => {
        this.#take(line);
      },
      () => {
        this.#found.problem('a record is longer than 1 MiB: it was left out');
      },
    );
  }

  push(bytes: Uint8Array, time: number): SourceContent {
    this.#time = time;
    this.#lines.push(bytes);
    return this.#found.take();
  }

  end(time: number): SourceContent {
    this.#time = time;
    this.#lines.end();
    return this.#found.take();
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const record = parseRecord(line);
    if (record === undefined) {
      this.#found.problem('a record cannot be read: it was left out');
      return;
    }
    const { metrics, config, run, step } = record;
    const kind = record['kind'];
    if (kind !== 'metric' && kind !== 'system_metric') return;
    if (typeof run === 'string' && run !== '') this.#found.name = run;
    if (isRecord(config)) {
      const own = Object.entries(config).filter(([name]) => !name.startsWith('_'));
      collectParameters('', Object.fromEntries(own), this.#found.parameters);
    }
    if (!isRecord(metrics)) return;
    const place = {
      step: typeof step === 'number' ? step : kind === 'system_metric' ? this.#systemSteps++ : 0,
      time: clockTime(record['timestamp']) ?? this.#time,
    };
    this.#room = mostPointsPerLine;
    this.#collect('', metrics, place, 0);
  }

  #collect(prefix: string, fields: Record<string, unknown>, place: Place, depth: number): void {
    for (const [name, value] of Object.entries(fields)) {
      const key = boundedKey(prefix === '' ? name : `${prefix}/${name}`);
      const number = typeof value === 'string' ? specialNumbers.get(value) : value;
      if (typeof number === 'number') {
        if (this.#room > 0) this.#found.points.push({ key, ...place, value: number });
        this.#room--;
      } else if (isRecord(value)) {
        if (typeof value['_type'] === 'string') this.#takeMedia(key, value['_type'], value, place);
        else if (depth < deepestNesting) this.#collect(key, value, place, depth + 1);
      }
    }
  }

  #takeMedia(key: string, type: string, value: Record<string, unknown>, place: Place): void {
    const path = value['file_path'];
    if (typeof path === 'string') {
      const file = safeRelativePath(path);
      if (file === undefined) return;
      const mediaType = mediaTypeOf(file);
      const kind = type === 'trackio.image' ? 'image' : 'file';
      this.#found.media.push({
        kind,
        key,
        ...place,
        file,
        ...(mediaType === undefined ? {} : { mediaType }),
      });
      return;
    }
    const histogram = type === 'trackio.histogram' ? histogramOf(value) : undefined;
    if (histogram !== undefined) this.#found.media.push({ kind: 'histogram', key, ...place, histogram });
    else if (type === 'trackio.table')
      this.#found.media.push({
        kind: 'table',
        key,
        ...place,
        bytes: Buffer.from(JSON.stringify(value['_value'] ?? [])),
        mediaType: 'application/json',
      });
  }
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** trackio keeps the edges of the bins and the counts between them. */
function histogramOf(value: Record<string, unknown>): Histogram | undefined {
  const edges = numbersOf(value['bins']);
  const counts = numbersOf(value['values']);
  if (edges === undefined || counts === undefined || edges.length !== counts.length + 1) return undefined;
  return {
    min: edges[0] ?? null,
    max: edges.at(-1) ?? null,
    count: counts.reduce((sum, count) => sum + count, 0),
    sum: null,
    ends: edges.slice(1),
    counts,
  };
}

function numbersOf(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every(entry => typeof entry === 'number') ? value : undefined;
}
