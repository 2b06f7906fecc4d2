/** A metric series that grows. Snapshots share its memory: what they show never changes, later points lie behind it. */
import type { MetricSeries } from './metricSeries.ts';

const firstCapacity = 64;

export class SeriesBuilder {
  /** Another one once its name is given to another source; see seriesOwners.ts. */
  key: string;
  readonly rank: number | null;
  #steps = new Float64Array(firstCapacity);
  #times = new Float64Array(firstCapacity);
  #values = new Float64Array(firstCapacity);
  #length = 0;

  constructor(key: string, rank: number | null) {
    this.key = key;
    this.rank = rank;
  }

  get length(): number {
    return this.#length;
  }

  push(step: number, time: number, value: number): void {
    const at = this.#length;
    if (at === this.#steps.length) this.#grow();
    this.#steps[at] = step;
    this.#times[at] = time;
    this.#values[at] = value;
    this.#length = at + 1;
  }

  /** The points so far. Costs nothing: three views. */
  snapshot(): MetricSeries {
    return {
      key: this.key,
      rank: this.rank,
      steps: this.#steps.subarray(0, this.#length),
      times: this.#times.subarray(0, this.#length),
      values: this.#values.subarray(0, this.#length),
    };
  }

  #grow(): void {
    this.#steps = doubled(this.#steps);
    this.#times = doubled(this.#times);
    this.#values = doubled(this.#values);
  }
}

function doubled(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
