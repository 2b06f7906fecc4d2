/**
 * The series of the runs that panels look at, kept in memory: a live run is read on from where it was, an ended one
 * again only when its files changed. What was looked at longest ago goes first when there are too many points.
 */
import { stat } from 'node:fs/promises';
import { MetricLogFollower, metricLogPaths } from '../../runs/metricLog.ts';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import { runPaths, type RunPaths } from '../../runs/runPaths.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import { readRunMetrics } from '../../tracking/readRunMetrics.ts';

/** 24 bytes each. */
const keptPoints = 20_000_000;

/** CPU, memory and GPU of the process tree stand in a group of their own. */
const resourcePrefix = 'hardware/';

interface Followed {
  readonly metrics: MetricLogFollower;
  readonly resources: MetricLogFollower;
  /** Sizes of the files that an ended run was read from; undefined while it is live. */
  stamp: string | undefined;
  series: readonly MetricSeries[];
  /** The reading under way. Readers take turns: the second finds nothing new in files that the first has just read. */
  reading: Promise<void>;
}

export class RunSeries {
  /** Least recently used first. */
  readonly #runs = new Map<string, Followed>();

  /** All series of a run as they are this moment, the resources of its processes last. */
  async read(runStore: RunStore, run: RunSummary): Promise<readonly MetricSeries[]> {
    const paths = runPaths(runStore.store, run.id);
    const followed = this.#runs.get(paths.dir) ?? follow(paths);
    this.#runs.delete(paths.dir);
    this.#runs.set(paths.dir, followed);
    const live = run.state === 'running' || run.state === 'preparing';
    const reading = followed.reading.then(() =>
      live ? readOn(followed) : readEnded(followed, runStore, run, paths),
    );
    followed.reading = reading.catch(() => undefined);
    await reading;
    this.#forgetOldest();
    return followed.series;
  }

  #forgetOldest(): void {
    let points = 0;
    for (const { series } of this.#runs.values()) for (const { values } of series) points += values.length;
    for (const [dir, { series }] of this.#runs) {
      if (points <= keptPoints || this.#runs.size === 1) return;
      for (const { values } of series) points -= values.length;
      this.#runs.delete(dir);
    }
  }
}

function follow(paths: RunPaths): Followed {
  return {
    metrics: new MetricLogFollower(paths.dir),
    resources: new MetricLogFollower([paths.resources]),
    stamp: undefined,
    series: [],
    reading: Promise.resolve(),
  };
}

/** The supervisor folds what the program prints; its log is all there is to read. */
async function readOn(followed: Followed): Promise<void> {
  const changed = await Promise.all([followed.metrics.read(), followed.resources.read()]);
  if (followed.stamp === undefined && !changed.includes(true)) return;
  followed.stamp = undefined;
  followed.series = [...followed.metrics.snapshot().series, ...resourceSeries(followed)];
}

/** Without a supervisor, what it left unread is folded in here. */
async function readEnded(
  followed: Followed,
  runStore: RunStore,
  run: RunSummary,
  paths: RunPaths,
): Promise<void> {
  const files = [...(await metricLogPaths(paths.dir)), paths.stdout, paths.childMetrics, paths.resources];
  const sizes = await Promise.all(
    files.map(path =>
      stat(path).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  const stamp = `${run.state} ${run.stillRunning} ${sizes.join(' ')}`;
  if (stamp === followed.stamp) return;
  const metricLines = printsMetrics(await runStore.read(run.id));
  const [metrics] = await Promise.all([
    readRunMetrics(paths, { metricLines, ended: !run.stillRunning }),
    followed.resources.read(),
  ]);
  followed.stamp = stamp;
  followed.series = [...metrics.series, ...resourceSeries(followed)];
}

function resourceSeries({ resources }: Followed): MetricSeries[] {
  return resources.snapshot().series.map(series => ({ ...series, key: resourcePrefix + series.key }));
}
