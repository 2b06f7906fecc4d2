/**
 * All metrics of a run as they are known this moment: the metric logs, and what the program has written since the
 * supervisor last looked. So nothing is missing while a supervisor is busy, or after it died.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { readFlags } from '../base/readFlags.ts';
import { readMetricLogs } from '../runs/metricLog.ts';
import type { MetricPoint, MetricSeries } from '../runs/metricSeries.ts';
import type { ParameterValue } from '../runs/plan.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { keysOfOwner, ownersOfKeys, toldId } from '../runs/seriesOwners.ts';
import { LineFolder, metricSources, type MetricSource } from './lineFolder.ts';

export interface RunMetrics {
  /** In the order of their first points; for a run with ranks one series for each. */
  readonly series: readonly MetricSeries[];
  /** The points of {@link series} that no metric log holds yet. */
  readonly foldedTail: readonly MetricPoint[];
  /** Parameters reported in the same unread part. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
}

export interface ReadRunMetricsOptions {
  /** Whether `key: value` lines on standard output are metrics of this run. */
  readonly metricLines: boolean;
  /** The program has ended: a last line without a line end is a whole line. Default false. */
  readonly ended?: boolean;
  readonly signal?: AbortSignal;
}

/** A part of a file that is read at once. */
const pieceBytes = 1024 * 1024;
/** An unread part longer than this is folded in its first part only; the supervisor catches up with the rest. */
const longestTail = 256 * 1024 * 1024;
/** How far before an offset the `Epoch 3/10` line is looked for. */
const sceneBytes = 64 * 1024;

/** Missing files are empty ones. Rejects only when `signal` aborts. */
export async function readRunMetrics(paths: RunPaths, options: ReadRunMetricsOptions): Promise<RunMetrics> {
  const log = await readMetricLogs(paths.dir);
  const counts = new Map(log.series.map(series => [seriesId(series.key, series.rank), series.values.length]));
  const sources: { source: MetricSource; path: string }[] = [
    { source: metricSources.childMetrics, path: paths.childMetrics },
    { source: metricSources.stdoutReports, path: paths.stdout },
  ];
  if (options.metricLines) sources.push({ source: metricSources.stdoutText, path: paths.stdout });

  const points: MetricPoint[] = [];
  const parameters: Record<string, ParameterValue> = {};
  const problems = [...log.problems];
  const holders = ownersOfKeys(log.progress.keys());
  for (const { source, path } of sources) {
    // Where another source has the name of a metric, it stands under one of its own.
    const owner = source === metricSources.childMetrics ? 'reported' : 'stdout';
    const keys = keysOfOwner(owner, log.progress.keys());
    const keyOf = (told: string, rank: number | undefined): string => {
      const id = toldId(told, rank ?? null);
      return keys.get(id) ?? ((holders.get(id) ?? owner) === owner ? told : `${owner}/${told}`);
    };
    const tail = await foldTail(path, {
      source,
      offset: log.progress.get(source) ?? 0,
      countOf: (key, rank) => counts.get(seriesId(keyOf(key, rank), rank ?? null)) ?? 0,
      ended: options.ended ?? false,
      signal: options.signal,
    });
    for (const told of tail.points) {
      const point = { ...told, key: keyOf(told.key, told.rank) };
      points.push(point);
      const id = seriesId(point.key, point.rank ?? null);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const [name, value] of Object.entries(tail.parameters)) parameters[name] = value;
    if (tail.problem !== undefined) problems.push(tail.problem);
  }
  return { series: withPoints(log.series, points), foldedTail: points, parameters, problems };
}

interface Tail {
  readonly points: readonly MetricPoint[];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly problem?: string;
}

interface TailOptions {
  readonly source: MetricSource;
  readonly offset: number;
  readonly countOf: (key: string, rank: number | undefined) => number;
  readonly ended: boolean;
  readonly signal: AbortSignal | undefined;
}

async function foldTail(path: string, options: TailOptions): Promise<Tail> {
  const points: MetricPoint[] = [];
  const parameters: Record<string, ParameterValue> = {};
  let handle: FileHandle;
  try {
    handle = await open(path, readFlags);
  } catch {
    return { points, parameters };
  }
  try {
    const { size, mtimeMs } = await handle.stat();
    if (size <= options.offset) return { points, parameters };
    const scene = Buffer.alloc(Math.min(options.offset, sceneBytes));
    if (scene.length > 0) await handle.read(scene, 0, scene.length, options.offset - scene.length);
    const folder = new LineFolder({
      ...options,
      midLine: scene.length > 0 && !/[\r\n]$/.test(lastCharacter(scene)),
    });
    folder.prime(scene);
    const take = (folded: { points: readonly MetricPoint[]; parameters: Tail['parameters'] }): void => {
      for (const point of folded.points) points.push(point);
      for (const [name, value] of Object.entries(folded.parameters)) parameters[name] = value;
    };
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, size - options.offset));
    const until = Math.min(size, options.offset + longestTail);
    let at = options.offset;
    while (at < until) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, until - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
      take(folder.push(buffer.subarray(0, bytesRead), mtimeMs));
    }
    if (until < size)
      return { points, parameters, problem: `${path}: only part of it was read for metrics.` };
    // A whole JSON object is whole even without its line end; a printed number may still be growing.
    if (options.ended || options.source !== metricSources.stdoutText) take(folder.end(mtimeMs));
    return { points, parameters };
  } finally {
    await handle.close();
  }
}

function lastCharacter(bytes: Buffer): string {
  return String.fromCharCode(bytes.at(-1) ?? 0);
}

function withPoints(
  series: readonly MetricSeries[],
  points: readonly MetricPoint[],
): readonly MetricSeries[] {
  if (points.length === 0) return series;
  const added = new Map<string, MetricPoint[]>();
  for (const point of points) {
    const id = seriesId(point.key, point.rank ?? null);
    const list = added.get(id);
    if (list === undefined) added.set(id, [point]);
    else list.push(point);
  }
  const grown = series.map(old => {
    const id = seriesId(old.key, old.rank);
    const more = added.get(id);
    added.delete(id);
    return more === undefined ? old : append(old, more);
  });
  for (const more of added.values()) {
    const first = more[0];
    if (first === undefined) continue;
    const none = new Float64Array(0);
    grown.push(
      append({ key: first.key, rank: first.rank ?? null, steps: none, times: none, values: none }, more),
    );
  }
  return grown;
}

function append(series: MetricSeries, points: readonly MetricPoint[]): MetricSeries {
  const column = (old: Float64Array, of: (point: MetricPoint) => number): Float64Array => {
    const whole = new Float64Array(old.length + points.length);
    whole.set(old);
    points.forEach((point, index) => (whole[old.length + index] = of(point)));
    return whole;
  };
  return {
    key: series.key,
    rank: series.rank,
    steps: column(series.steps, point => point.step),
    times: column(series.times, point => point.time),
    values: column(series.values, point => point.value),
  };
}

function seriesId(key: string, rank: number | null): string {
  return `${rank ?? ''}\u0000${key}`;
}
