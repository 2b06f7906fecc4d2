/**
 * What is known of the metrics of each MLflow run: which points it has, so that one that arrives twice counts once, and
 * the newest of each key. Of runs of an earlier supervisor both are read from the record before the first look.
 */
import { isOlder, type MlflowRun } from './trackingState.ts';
import { SeenPoints } from './seenPoints.ts';
import type { MetricPoint, MetricSeries } from '../../runs/metricSeries.ts';

export interface LatestMetric {
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface RunMetricsOptions {
  /** All points of a run, as the record has them. */
  readonly series: (run: MlflowRun) => Promise<readonly MetricSeries[]>;
  readonly onProblem: (text: string) => void;
}

export class RunMetrics {
  readonly #options: RunMetricsOptions;
  readonly #seen = new SeenPoints();
  readonly #latest = new Map<string, Map<string, LatestMetric>>();
  /** Runs of an earlier supervisor whose metrics are not read yet, or are being read. */
  readonly #unread = new Map<string, Promise<void> | undefined>();

  constructor(options: RunMetricsOptions) {
    this.#options = options;
  }

  /** An earlier supervisor has taken points of it. */
  isOfBefore(id: string): void {
    this.#unread.set(id, undefined);
  }

  /** Resolves when what an earlier supervisor took is known; nothing where it is. */
  ready(run: MlflowRun): Promise<void> | undefined {
    if (!this.#unread.has(run.id)) return undefined;
    const reading = this.#unread.get(run.id) ?? this.#read(run);
    this.#unread.set(run.id, reading);
    return reading;
  }

  /** By key. Call {@link ready} before. */
  latest(run: MlflowRun): ReadonlyMap<string, LatestMetric> {
    return this.#latest.get(run.id) ?? new Map<string, LatestMetric>();
  }

  /** Those of `points` that the run does not have yet; from now on it has them. At once where nothing is to be read. */
  take(run: MlflowRun, points: readonly MetricPoint[]): MetricPoint[] | Promise<MetricPoint[]> {
    const reading = this.ready(run);
    if (reading !== undefined) return reading.then(() => this.take(run, points));
    const fresh: MetricPoint[] = [];
    const doubtful: MetricPoint[] = [];
    for (const point of points) {
      const look = this.#seen.look(run.id, point);
      if (look === 'new') this.#take(run, point, fresh);
      else if (look === 'unknown') doubtful.push(point);
    }
    return doubtful.length === 0 ? this.#noted(run, fresh) : this.#takeDoubtful(run, doubtful, fresh);
  }

  async #takeDoubtful(
    run: MlflowRun,
    doubtful: readonly MetricPoint[],
    fresh: MetricPoint[],
  ): Promise<MetricPoint[]> {
    const known = await this.#known(run, doubtful);
    for (const point of doubtful)
      if (!known.has(pointId(point)) && this.#seen.look(run.id, point) !== 'seen')
        this.#take(run, point, fresh);
    return this.#noted(run, fresh);
  }

  #take(run: MlflowRun, point: MetricPoint, fresh: MetricPoint[]): void {
    this.#seen.add(run.id, point);
    fresh.push(run.rank === undefined ? point : { ...point, rank: run.rank });
  }

  #noted(run: MlflowRun, fresh: MetricPoint[]): MetricPoint[] {
    for (const point of fresh) this.#noteLatest(run.id, point);
    return fresh;
  }

  async #read(run: MlflowRun): Promise<void> {
    try {
      for (const { key, steps, times, values } of await this.#options.series(run)) {
        this.#seen.addForgotten(run.id, key, times, steps);
        for (let index = 0; index < values.length; index++)
          this.#noteLatest(run.id, {
            key,
            step: steps[index] ?? 0,
            time: times[index] ?? 0,
            value: values[index] ?? Number.NaN,
          });
      }
    } catch (error) {
      this.#options.onProblem(`The metrics of an MLflow run could not be read back: ${String(error)}`);
    }
    this.#unread.delete(run.id);
  }

  async #known(run: MlflowRun, points: readonly MetricPoint[]): Promise<ReadonlySet<string>> {
    const keys = new Set(points.map(({ key }) => key));
    const known = new Set<string>();
    for (const { key, steps, times, values } of await this.#options.series(run)) {
      if (!keys.has(key)) continue;
      for (let index = 0; index < values.length; index++)
        known.add(`${key}\u0000${steps[index] ?? 0} ${times[index] ?? 0} ${values[index] ?? 0}`);
    }
    return known;
  }

  #noteLatest(run: string, { key, step, time, value }: MetricPoint): void {
    let metrics = this.#latest.get(run);
    if (metrics === undefined) this.#latest.set(run, (metrics = new Map<string, LatestMetric>()));
    const known = metrics.get(key);
    const metric = { value, timestamp: time, step };
    // As MLflow's own store: of the same step and time the greater value counts.
    const isSame = known?.step === step && known.timestamp === time;
    if (known === undefined || (isSame ? value > known.value : !isOlder(metric, known)))
      metrics.set(key, metric);
  }
}

function pointId({ key, step, time, value }: MetricPoint): string {
  return `${key}\u0000${step} ${time} ${value}`;
}
