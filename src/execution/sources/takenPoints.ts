/**
 * Remembers which points were taken from a source whose writer may begin it anew and write everything again, so that
 * no point is in the run twice. Bounded: of a longer source the oldest points are forgotten.
 */
import type { MetricPoint } from '../../runs/metricSeries.ts';

/** About 10 MiB. */
const mostPoints = 100_000;

export class TakenPoints {
  #newer = new Set<string>();
  #older = new Set<string>();

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      this.#newer.add(markOf(point));
      if (this.#newer.size < mostPoints / 2) continue;
      this.#older = this.#newer;
      this.#newer = new Set();
    }
  }

  /** Those of `points` that were not taken. The time counts not: a table without one gets that of its reading. */
  fresh(points: readonly MetricPoint[]): MetricPoint[] {
    return points.filter(point => {
      const mark = markOf(point);
      return !this.#newer.has(mark) && !this.#older.has(mark);
    });
  }
}

function markOf({ key, rank, step, value }: MetricPoint): string {
  return `${key}\0${rank ?? ''}\0${step}\0${Object.is(value, -0) ? '-0' : value}`;
}
