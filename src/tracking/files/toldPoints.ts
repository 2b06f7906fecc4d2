/**
 * What was told of a source that its writer writes anew as a whole. Rows that stand as they stood before are not told
 * again; from the first one that differs on, everything is new. A row counts as the set of its points: columns may
 * change places, and blank cells are nothing.
 */
import type { MetricPoint } from '../../runs/metricSeries.ts';

/** 16 MiB; the rows after them count as known by their place alone. */
const mostRows = 2 * 1024 * 1024;

export class ToldPoints {
  #hashes = new Float64Array(64);
  #rows = 0;
  /** The place in the content that is read now: rows, and the points in them. */
  #row = 0;
  #before = 0;

  /** Points of the content so far, told now or earlier. */
  get before(): number {
    return this.#before;
  }

  /** The content is read from its beginning. */
  begin(): void {
    this.#row = 0;
    this.#before = 0;
  }

  /** Whether the next row of the content is one that was not told; it is taken for told from then on. */
  isNew(points: readonly MetricPoint[]): boolean {
    const row = this.#row++;
    this.#before += points.length;
    const hash = row < mostRows ? hashOf(points) : 0;
    if (row < this.#rows) {
      if (row >= mostRows || this.#hashes[row] === hash) return false;
      this.#rows = row;
    }
    this.#rows++;
    if (row >= mostRows) return true;
    if (row >= this.#hashes.length) {
      const larger = new Float64Array(this.#hashes.length * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[row] = hash;
    return true;
  }
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** 53 bits, the same for any order of the points. */
function hashOf(points: readonly MetricPoint[]): number {
  let high = 0;
  let low = 0;
  for (const { key, step, value } of points) {
    let hash = mixNumber(mixNumber(0x811c9dc5, step), value);
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    low = (low + finish(hash)) >>> 0;
    high = (high + finish(Math.imul(hash, 0x9e3779b1) + key.length)) >>> 0;
  }
  return (high >>> 11) * 2 ** 32 + low;
}

function mixNumber(hash: number, value: number): number {
  float[0] = value;
  return Math.imul(Math.imul(hash ^ (words[0] ?? 0), 0x85ebca6b) ^ (words[1] ?? 0), 0xc2b2ae35);
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
