/**
 * Collects the points of one metric and leaves out those that were written twice: MLflow's `log_model` logs the metrics
 * of its run again, and a client that got no answer sends a point a second time.
 */
import type { MetricSeries } from '../../runs/metricSeries.ts';
import { SeriesBuilder } from '../../runs/seriesBuilder.ts';

export class PointColumns {
  readonly #builder: SeriesBuilder;
  #lastTime = Number.NEGATIVE_INFINITY;
  #lastStep = Number.NEGATIVE_INFINITY;
  #seen: Set<string> | undefined;

  constructor(key: string) {
    this.#builder = new SeriesBuilder(key, null);
  }

  /** Same step, time (ms) and value as an earlier point: not taken again. */
  push(step: number, time: number, value: number): void {
    const later = time > this.#lastTime || (time === this.#lastTime && step > this.#lastStep);
    if (!later || this.#seen !== undefined) {
      const seen = this.#allSeen();
      const point = `${step} ${time} ${value}`;
      if (seen.has(point)) return;
      seen.add(point);
    }
    if (later) {
      this.#lastTime = time;
      this.#lastStep = step;
    }
    this.#builder.push(step, time, value);
  }

  series(): MetricSeries {
    return this.#builder.snapshot();
  }

  /** Made only when the points do not simply go on in time: then any of them may be a repetition. */
  #allSeen(): Set<string> {
    if (this.#seen === undefined) {
      const { steps, times, values } = this.#builder.snapshot();
      this.#seen = new Set(
        Array.from(steps, (step, place) => `${step} ${times[place] ?? 0} ${values[place] ?? 0}`),
      );
    }
    return this.#seen;
  }
}
