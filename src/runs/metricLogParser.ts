/**
 * Turns the bytes of one metric log into points, piece by piece as they come. Invariant: what has been taken in is
 * whole frames with a right checksum; a tail that is not (yet) a whole frame waits, and is never fatal.
 */
import {
  crc32,
  frameHeaderBytes,
  framePart,
  maxFrameBytes,
  metricLogMagic,
  pointBytes,
} from './metricFrames.ts';
import { SeriesBuilder } from './seriesBuilder.ts';
import { ownerMarkOf } from './seriesOwners.ts';

/** Where parsed points go; shared by the logs of one run so that a series may continue in another file. */
export class SeriesCollection {
  readonly progress = new Map<string, number>();
  readonly #byKey = new Map<string, Map<number, SeriesBuilder>>();
  readonly #all: SeriesBuilder[] = [];
  #renamed = 0;

  /** Grows when a series gets another name: what was looked up before may be another one now. */
  get renamed(): number {
    return this.#renamed;
  }

  /** How far a source is read; or who logs a series, from here on. */
  note(source: string, offset: number): void {
    this.progress.set(source, offset);
    const mark = ownerMarkOf(source);
    if (mark?.moved !== undefined) this.#rename(mark.key, mark.rank ?? -1, mark.moved.key);
  }

  #rename(key: string, rank: number, newKey: string): void {
    const series = this.#byKey.get(key)?.get(rank);
    if (series === undefined) return;
    this.#renamed++;
    this.#byKey.get(key)?.delete(rank);
    const there = this.#byKey.get(newKey)?.get(rank);
    if (there === undefined) {
      series.key = newKey;
      const ranks = this.#byKey.get(newKey) ?? new Map<number, SeriesBuilder>();
      this.#byKey.set(newKey, ranks.set(rank, series));
      return;
    }
    const { steps, times, values } = series.snapshot();
    for (let at = 0; at < values.length; at++) there.push(steps[at] ?? 0, times[at] ?? 0, values[at] ?? 0);
    this.#all.splice(this.#all.indexOf(series), 1);
  }

  /** In the order of their first point. */
  get all(): readonly SeriesBuilder[] {
    return this.#all;
  }

  /** `rank` -1: the series without a rank. */
  series(key: string, rank: number): SeriesBuilder {
    let ranks = this.#byKey.get(key);
    if (ranks === undefined) this.#byKey.set(key, (ranks = new Map<number, SeriesBuilder>()));
    let series = ranks.get(rank);
    if (series === undefined) {
      series = new SeriesBuilder(key, rank === -1 ? null : rank);
      ranks.set(rank, series);
      this.#all.push(series);
    }
    return series;
  }
}

export class MetricLogParser {
  /** Number in the file → key. */
  readonly keys: string[] = [];
  readonly #into: SeriesCollection;
  #byNumber: { rank: number; series: SeriesBuilder }[] = [];
  #renamed = 0;
  #taken = 0;
  #problem: string | undefined;
  #skippedFrames = 0;

  constructor(into: SeriesCollection) {
    this.#into = into;
  }

  /** Offset in the file behind the last whole frame. */
  get takenBytes(): number {
    return this.#taken;
  }

  /** Why the file cannot be read any further, or which part of it had to be left out. */
  get problem(): string | undefined {
    return this.#problem ?? (this.#skippedFrames === 0 ? undefined : `${this.#skippedFrames} damaged frames`);
  }

  /** True when nothing after {@link takenBytes} will ever be taken in: it is not a log of ours, or of a newer version. */
  get stopped(): boolean {
    return this.#problem !== undefined;
  }

  /**
   * Takes in `bytes`, which begin at {@link takenBytes} of the file. What is left at the end is given again, with
   * more, next time.
   */
  feed(bytes: Buffer): void {
    if (this.stopped) return;
    let at = 0;
    if (this.#taken === 0) {
      const head = bytes.subarray(0, metricLogMagic.length);
      if (!metricLogMagic.subarray(0, head.length).equals(head)) {
        this.#problem = 'not a metric log, or one of a newer version';
        return;
      }
      if (head.length < metricLogMagic.length) return;
      at = metricLogMagic.length;
    }
    // One view for all frames: making one for each would take longer than all the rest.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (;;) {
      const end = wholeFrameEnd(view, at);
      if (end === undefined) break;
      if (frameIsRight(bytes, view, at, end)) {
        this.#takeFrame(bytes, view, at + frameHeaderBytes, end);
      } else {
        // A wrong last frame is a torn write, which the writer will overwrite. One that a right frame follows is damage.
        const next = wholeFrameEnd(view, end);
        if (next === undefined || !frameIsRight(bytes, view, end, next)) break;
        this.#skippedFrames++;
      }
      at = end;
    }
    this.#taken += at;
  }

  #takeFrame(bytes: Buffer, view: DataView, from: number, end: number): void {
    let at = from;
    while (at < end) {
      const kind = view.getUint8(at);
      if (kind === framePart.points) {
        const count = view.getUint32(at + 1, true);
        at += 5;
        this.#takePoints(view, at, count);
        at += count * pointBytes;
      } else if (kind === framePart.key) {
        const length = view.getUint32(at + 5, true);
        this.keys[view.getUint32(at + 1, true)] = bytes.toString('utf8', at + 9, at + 9 + length);
        at += 9 + length;
      } else if (kind === framePart.progress) {
        const length = view.getUint32(at + 9, true);
        this.#into.note(bytes.toString('utf8', at + 13, at + 13 + length), view.getFloat64(at + 1, true));
        at += 13 + length;
      } else {
        // A part of a later minor version: it stands after the parts known here.
        break;
      }
    }
  }

  #takePoints(view: DataView, from: number, count: number): void {
    let at = from;
    if (this.#renamed !== this.#into.renamed) this.#byNumber = [];
    this.#renamed = this.#into.renamed;
    for (let i = 0; i < count; i++) {
      const number = view.getUint32(at, true);
      const rank = view.getInt32(at + 4, true);
      let slot = this.#byNumber[number];
      if (slot?.rank !== rank) {
        const key = this.keys[number];
        // The frame that named the key was damaged: its points have no name and are left out.
        if (key === undefined) {
          this.#skippedFrames++;
          return;
        }
        slot = { rank, series: this.#into.series(key, rank) };
        this.#byNumber[number] = slot;
      }
      slot.series.push(
        view.getFloat64(at + 8, true),
        view.getFloat64(at + 16, true),
        view.getFloat64(at + 24, true),
      );
      at += pointBytes;
    }
  }
}

/** Where the frame at `at` ends; undefined when it is not whole or its length cannot be true. */
function wholeFrameEnd(view: DataView, at: number): number | undefined {
  if (view.byteLength - at < frameHeaderBytes) return undefined;
  const length = view.getUint32(at, true);
  if (length === 0 || length > maxFrameBytes) return undefined;
  const end = at + frameHeaderBytes + length;
  return end <= view.byteLength ? end : undefined;
}

function frameIsRight(bytes: Buffer, view: DataView, at: number, end: number): boolean {
  return crc32(bytes, at + frameHeaderBytes, end) === view.getUint32(at + 4, true);
}
