/**
 * Reduces a series to what a chart of a given pixel width can show: M4 (first, last, minimum and maximum of every
 * pixel column; Jugel et al., VLDB 2014), so that no spike is ever lost. Values that are no finite number break the
 * line and come back as marks.
 */
import { lowerBound, upperBound } from './searchSorted.ts';

export const markKinds = ['NaN', 'Infinity', '-Infinity'] as const;
export type MarkKind = (typeof markKinds)[number];

export interface Decimated {
  /** Ascending. */
  readonly xs: Float64Array;
  /** Finite, or NaN where the line is broken. */
  readonly ys: Float64Array;
  /** Where values that are no finite number stand; at most one of a kind per pixel column. Ascending. */
  readonly markXs: Float64Array;
  /** Index into {@link markKinds}, one per `markXs`. */
  readonly markKinds: Uint8Array;
}

export interface DecimateWindow {
  /** The visible x range; `from` < `to`. */
  readonly from: number;
  readonly to: number;
  /** Device pixels of the plot, at least 1. */
  readonly width: number;
}

/**
 * The points of an ascending series within `window`, and one on either side of it so that lines reach the edges.
 * Returns all of them when they are few, else at most eight points and two breaks per pixel column.
 */
export function decimate(xs: Float64Array, ys: Float64Array, window: DecimateWindow): Decimated {
  const start = Math.max(0, lowerBound(xs, window.from) - 1);
  const end = Math.min(xs.length, upperBound(xs, window.to) + 1);
  const collector = new Collector(xs, ys);
  const width = Math.max(1, Math.floor(window.width));
  const everyPoint = end - start <= 4 * width;
  const scale = width / (window.to - window.from);

  let column = -Infinity;
  for (let i = start; i < end; i++) {
    const pointColumn = everyPoint ? i : Math.floor(((xs[i] ?? NaN) - window.from) * scale);
    if (pointColumn !== column) {
      collector.startColumn();
      column = pointColumn;
    }
    collector.add(i);
  }
  collector.startColumn();
  return collector.result();
}

/** Gathers the indexes to keep, column by column. */
class Collector {
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  readonly #keptXs: number[] = [];
  readonly #keptYs: number[] = [];
  readonly #markXs: number[] = [];
  readonly #markKinds: number[] = [];
  #first = -1;
  #last = -1;
  #lowest = -1;
  #highest = -1;
  /** A column is broken by its first gap only: alternating gaps must not defeat the reduction. */
  #brokenInColumn = false;
  #gapAt: number | undefined;
  #marksInColumn = 0;

  constructor(xs: Float64Array, ys: Float64Array) {
    this.#xs = xs;
    this.#ys = ys;
  }

  startColumn(): void {
    this.#flush();
    if (this.#gapAt !== undefined) this.#break(this.#gapAt);
    this.#gapAt = undefined;
    this.#brokenInColumn = false;
    this.#marksInColumn = 0;
  }

  add(index: number): void {
    const y = this.#ys[index] ?? NaN;
    if (!Number.isFinite(y)) {
      this.#mark(this.#xs[index] ?? NaN, y);
      this.#gap(this.#xs[index] ?? NaN);
      return;
    }
    this.#gapAt = undefined;
    if (this.#first === -1) {
      this.#first = this.#lowest = this.#highest = index;
    } else {
      if (y < (this.#ys[this.#lowest] ?? NaN)) this.#lowest = index;
      if (y > (this.#ys[this.#highest] ?? NaN)) this.#highest = index;
    }
    this.#last = index;
  }

  result(): Decimated {
    return {
      xs: Float64Array.from(this.#keptXs),
      ys: Float64Array.from(this.#keptYs),
      markXs: Float64Array.from(this.#markXs),
      markKinds: Uint8Array.from(this.#markKinds),
    };
  }

  #mark(x: number, y: number): void {
    const kind = y === Infinity ? 1 : y === -Infinity ? 2 : 0;
    if ((this.#marksInColumn & (1 << kind)) !== 0) return;
    this.#marksInColumn |= 1 << kind;
    this.#markXs.push(x);
    this.#markKinds.push(kind);
  }

  #gap(x: number): void {
    if (this.#brokenInColumn) {
      this.#gapAt = x;
      return;
    }
    this.#flush();
    this.#break(x);
    this.#brokenInColumn = true;
  }

  #break(x: number): void {
    const previous = this.#keptYs.at(-1);
    if (previous === undefined || Number.isNaN(previous)) return;
    this.#keptXs.push(x);
    this.#keptYs.push(NaN);
  }

  #flush(): void {
    if (this.#first === -1) return;
    const [inner, outer] =
      this.#lowest < this.#highest ? [this.#lowest, this.#highest] : [this.#highest, this.#lowest];
    let kept = -1;
    for (const index of [this.#first, inner, outer, this.#last]) {
      if (index === kept) continue;
      this.#keptXs.push(this.#xs[index] ?? NaN);
      this.#keptYs.push(this.#ys[index] ?? NaN);
      kept = index;
    }
    this.#first = this.#last = this.#lowest = this.#highest = -1;
  }
}
