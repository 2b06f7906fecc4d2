/**
 * The one writer of a run's metric log, shared by everything that has points for it: each point is written once, in
 * one frame with how far its source was read, and what an earlier supervisor wrote is gone on from. The file is open
 * only while it is written to.
 */
import { existsSync } from 'node:fs';
import type { SourceProgress } from '../runs/metricFrames.ts';
import { MetricLogWriter } from '../runs/metricLogWriter.ts';
import { readMetricLogsSync } from '../runs/readMetricLogsSync.ts';
import type { MetricPoint } from '../runs/metricSeries.ts';
import { ownerMarkOf } from '../runs/seriesOwners.ts';

interface Known {
  readonly progress: Map<string, number>;
  /** By key and rank: see {@link seriesId}. */
  readonly counts: Map<string, number>;
}

export class MetricSink {
  readonly path: string;
  #writer: MetricLogWriter | undefined;
  #known: Known | undefined;

  /** @param path Of the metric log; made by the first points. */
  constructor(path: string) {
    this.path = path;
  }

  /** Throws `metrics-not-written`; then nothing of the call is in the log, and it may be tried again. */
  append(points: readonly MetricPoint[], progress: readonly SourceProgress[] = []): void {
    if (points.length === 0 && progress.length === 0) return;
    const known = this.#knowledge();
    this.#writer ??= MetricLogWriter.open(this.path);
    this.#writer.append(points, progress);
    for (const { source, offset } of progress) {
      known.progress.set(source, offset);
      moveCount(known.counts, source);
    }
  }

  /** The names of all sources that were read so far, marks of owners among them. */
  get sources(): Iterable<string> {
    return this.#knowledge().progress.keys();
  }

  /** How far `source` was read when its newest points were written, by whichever supervisor. 0 when never. */
  progress(source: string): number {
    return this.#knowledge().progress.get(source) ?? 0;
  }

  /** How many points of the series an earlier supervisor wrote. */
  countBefore(key: string, rank: number | undefined): number {
    return this.#knowledge().counts.get(seriesId(key, rank)) ?? 0;
  }

  /** Lets the file go until the next points. */
  release(): void {
    this.#writer?.release();
  }

  /** Makes what was written survive a power cut too, and ends the writing. Throws the system's error. */
  close(): void {
    try {
      this.#writer?.sync();
    } finally {
      this.#writer?.close();
    }
  }

  #knowledge(): Known {
    this.#known ??= readKnown(this.path);
    return this.#known;
  }
}

function readKnown(path: string): Known {
  if (!existsSync(path)) return { progress: new Map(), counts: new Map() };
  const { progress, all } = readMetricLogsSync(path);
  return {
    progress,
    counts: new Map(all.map(series => [seriesId(series.key, series.rank ?? undefined), series.length])),
  };
}

/** A series that gets another name takes its count along. */
function moveCount(counts: Map<string, number>, source: string): void {
  const mark = ownerMarkOf(source);
  if (mark?.moved === undefined) return;
  const id = seriesId(mark.key, mark.rank ?? undefined);
  const count = counts.get(id);
  if (count === undefined) return;
  counts.delete(id);
  counts.set(seriesId(mark.moved.key, mark.rank ?? undefined), count);
}

function seriesId(key: string, rank: number | undefined): string {
  return `${rank ?? ''}\u0000${key}`;
}
