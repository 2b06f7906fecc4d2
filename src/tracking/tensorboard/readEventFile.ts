/** Reads a whole event file at once, into columns: for import, where a file holds millions of points. */
import { open } from 'node:fs/promises';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { ParameterValue } from '../../runs/plan.ts';
import { SeriesBuilder } from '../../runs/seriesBuilder.ts';
import type { MediaPiece } from '../sourceReader.ts';
import { EventDecoder, type EventSink } from './eventDecoder.ts';
import type { EventTag } from './eventTags.ts';
import { OncePerProblem } from './oncePerProblem.ts';
import { RecordFrames } from './recordFrames.ts';

const pieceBytes = 1024 * 1024;

export interface EventFile {
  /** One for each tag that has scalars, named by it, without a rank, in the order of their first point. */
  readonly series: readonly MetricSeries[];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly tags: Readonly<Record<string, string>>;
  /** What could not be read and why, one line each. */
  readonly problems: readonly string[];
}

export interface ReadEventFileOptions {
  /** Gets images, texts and histograms one by one, so that they never are in memory together. Left out: passed over. */
  readonly media?: (piece: MediaPiece) => void;
  /** For events that tell no time, milliseconds since the epoch. The time of the last change of the file otherwise. */
  readonly time?: number;
  readonly signal?: AbortSignal;
}

/** @param file Path, or its bytes. Rejects only where the file cannot be read, or when it is cancelled. */
export async function readEventFile(
  file: string | Uint8Array,
  options: ReadEventFileOptions = {},
): Promise<EventFile> {
  const columns = new Columns(options.media);
  const decoder = new EventDecoder(columns);
  const frames = new RecordFrames(
    (bytes, view, from, to) => decoder.record(bytes, view, from, to),
    problem => columns.problem(problem),
  );
  decoder.time = options.time ?? 0;
  if (typeof file === 'string') await pushFile(file, frames, decoder, options);
  else frames.push(file);
  if (frames.damage !== undefined) columns.problem(frames.damage);
  return columns.all();
}

async function pushFile(
  path: string,
  frames: RecordFrames,
  decoder: EventDecoder,
  options: ReadEventFileOptions,
): Promise<void> {
  const handle = await open(path, 'r');
  try {
    if (options.time === undefined) decoder.time = (await handle.stat()).mtimeMs;
    const piece = Buffer.allocUnsafeSlow(pieceBytes);
    while (frames.damage === undefined) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(piece, 0, pieceBytes);
      if (bytesRead === 0) return;
      frames.push(piece.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

class Columns implements EventSink {
  readonly parameters = new Map<string, ParameterValue>();
  readonly tags = new Map<string, string>();
  readonly media: ((piece: MediaPiece) => void) | undefined;
  readonly #series: SeriesBuilder[] = [];
  readonly #problems = new OncePerProblem();

  constructor(media: ((piece: MediaPiece) => void) | undefined) {
    this.media = media;
  }

  scalar(tag: EventTag, step: number, time: number, value: number): void {
    let { series } = tag;
    if (series === undefined) {
      series = tag.series = new SeriesBuilder(tag.key, null);
      this.#series.push(series);
    }
    series.push(step, time, value);
  }

  problem(text: string): void {
    this.#problems.add(text);
  }

  all(): EventFile {
    return {
      series: this.#series.map(series => series.snapshot()),
      parameters: Object.fromEntries(this.parameters),
      tags: Object.fromEntries(this.tags),
      problems: this.#problems.take(),
    };
  }
}
