/**
 * Tells a point that was logged before (a request that came twice, or what MLflow 3 sends again with a model) from a
 * new one. Memory is bounded: of points that had to be forgotten the newest time and step of each series are kept, so
 * that only a point that is not newer than those leaves the question open.
 */
import type { MetricPoint } from '../../runs/metricSeries.ts';

type Point = Pick<MetricPoint, 'key' | 'step' | 'time' | 'value'>;

interface Horizon {
  time: number;
  step: number;
}

interface Line {
  readonly number: number;
  horizon?: Horizon;
}

export class SeenPoints {
  readonly #most: number;
  readonly #lines = new Map<string, Line>();
  /** In the order of arrival. */
  readonly #points = new Map<string, { readonly line: Line; readonly time: number; readonly step: number }>();

  constructor(most = 100_000) {
    this.#most = most;
  }

  /** `unknown`: it may be one that was forgotten; only the metric log can tell. */
  look(run: string, point: Point): 'seen' | 'new' | 'unknown' {
    const line = this.#lines.get(lineId(run, point.key));
    if (line === undefined) return 'new';
    if (this.#points.has(pointId(line, point))) return 'seen';
    const { horizon } = line;
    return horizon === undefined || point.time > horizon.time || point.step > horizon.step
      ? 'new'
      : 'unknown';
  }

  add(run: string, point: Point): void {
    const line = this.#line(run, point.key);
    this.#points.set(pointId(line, point), { line, time: point.time, step: point.step });
    if (this.#points.size <= this.#most) return;
    const oldest = this.#points.entries().next().value;
    if (oldest === undefined) return;
    const [id, forgotten] = oldest;
    this.#points.delete(id);
    widen(forgotten.line, forgotten.time, forgotten.step);
  }

  /** Points of an earlier supervisor: known to exist, but not one by one. */
  addForgotten(run: string, key: string, times: Float64Array, steps: Float64Array): void {
    const line = this.#line(run, key);
    for (let index = 0; index < times.length; index++) widen(line, times[index] ?? 0, steps[index] ?? 0);
  }

  #line(run: string, key: string): Line {
    const id = lineId(run, key);
    let line = this.#lines.get(id);
    if (line === undefined) {
      line = { number: this.#lines.size };
      this.#lines.set(id, line);
    }
    return line;
  }
}

function widen(line: Line, time: number, step: number): void {
  if (line.horizon === undefined) line.horizon = { time, step };
  else {
    line.horizon.time = Math.max(line.horizon.time, time);
    line.horizon.step = Math.max(line.horizon.step, step);
  }
}

function lineId(run: string, key: string): string {
  return `${run}\u0000${key}`;
}

function pointId(line: Line, point: Point): string {
  return `${line.number} ${point.step} ${point.time} ${point.value}`;
}
