/**
 * Reads the metric logs of a run: whole, or again and again as they grow. A torn tail is left out and counted; a
 * damaged place is named, and what precedes it stands.
 */
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readFlags } from '../base/readFlags.ts';
import { errorText, systemErrorCode } from '../base/systemError.ts';
import { MetricLogParser, SeriesCollection } from './metricLogParser.ts';
import type { MetricSeries } from './metricSeries.ts';

export interface MetricLog {
  /** In the order of their first points; for a run with ranks one series for each. */
  readonly series: readonly MetricSeries[];
  /** Source → bytes of it that these points came from. */
  readonly progress: ReadonlyMap<string, number>;
  /** Bytes at the ends of the files that are not (yet) whole frames. */
  readonly tornBytes: number;
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
}

/** Reads are this long, so that a million points never hold up the event loop. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * The metrics of a run.
 * @param where The run folder, whose `metrics*.bin` are read; or the paths themselves.
 */
export async function readMetricLogs(where: string | readonly string[]): Promise<MetricLog> {
  const follower = new MetricLogFollower(where);
  await follower.read();
  return follower.snapshot();
}

/** Keeps what it has read, and reads only what was added since. */
export class MetricLogFollower {
  readonly #where: string | readonly string[];
  #collection = new SeriesCollection();
  #files = new Map<string, FollowedFile>();

  constructor(where: string | readonly string[]) {
    this.#where = where;
  }

  /** Takes in what was added. Resolves with true when there is anything new. A missing folder or file is empty. */
  async read(): Promise<boolean> {
    let changed = false;
    for (const path of typeof this.#where === 'string' ? await metricLogPaths(this.#where) : this.#where) {
      let file = this.#files.get(path);
      if (file === undefined) {
        file = new FollowedFile(path, this.#collection);
        this.#files.set(path, file);
      }
      const outcome = await file.read();
      if (outcome === 'replaced') {
        this.#collection = new SeriesCollection();
        this.#files = new Map();
        await this.read();
        return true;
      }
      if (outcome === 'changed') changed = true;
    }
    return changed;
  }

  snapshot(): MetricLog {
    const files = [...this.#files.values()];
    return {
      series: this.#collection.all.map(series => series.snapshot()),
      progress: new Map(this.#collection.progress),
      tornBytes: files.reduce((sum, file) => sum + file.tornBytes, 0),
      problems: files.flatMap(file => (file.problem === undefined ? [] : [file.problem])),
    };
  }
}

/** The metric logs in a run folder, oldest first: `metrics.bin`, then those whose names hold a ULID. */
export async function metricLogPaths(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names
    .filter(name => /^metrics.*\.bin$/.test(name))
    .sort((a, b) => (a === 'metrics.bin' ? -1 : b === 'metrics.bin' ? 1 : a < b ? -1 : 1))
    .map(name => join(dir, name));
}

class FollowedFile {
  readonly #path: string;
  readonly #parser: MetricLogParser;
  #identity: string | undefined;
  #size = 0;
  #failure: string | undefined;

  constructor(path: string, into: SeriesCollection) {
    this.#path = path;
    this.#parser = new MetricLogParser(into);
  }

  get tornBytes(): number {
    return this.#parser.stopped ? 0 : this.#size - this.#parser.takenBytes;
  }

  get problem(): string | undefined {
    const problem = this.#failure ?? this.#parser.problem;
    return problem === undefined ? undefined : `${basename(this.#path)}: ${problem}`;
  }

  /** `replaced`: what was read before is no longer what the file holds. */
  async read(): Promise<'same' | 'changed' | 'replaced'> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path, readFlags);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') this.#failure = errorText(error);
      else if (this.#identity !== undefined) return 'replaced';
      return 'same';
    }
    try {
      const { dev, ino, size } = await handle.stat();
      const identity = `${dev}:${ino}`;
      const before = this.#parser.takenBytes;
      if ((this.#identity !== undefined && this.#identity !== identity) || size < before) return 'replaced';
      this.#identity = identity;
      this.#size = size;
      this.#failure = undefined;
      await this.#takeIn(handle, size);
      return this.#parser.takenBytes === before ? 'same' : 'changed';
    } catch (error) {
      this.#failure = errorText(error);
      return 'same';
    } finally {
      await handle.close();
    }
  }

  async #takeIn(handle: FileHandle, size: number): Promise<void> {
    let wanted = pieceBytes;
    while (!this.#parser.stopped && this.#parser.takenBytes < size) {
      const from = this.#parser.takenBytes;
      const buffer = Buffer.allocUnsafe(Math.min(wanted, size - from));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      this.#parser.feed(buffer.subarray(0, bytesRead));
      if (this.#parser.takenBytes > from) continue;
      if (from + bytesRead >= size || bytesRead < buffer.length) break;
      // Not one whole frame in this piece: the frame is longer.
      wanted *= 4;
    }
  }
}
