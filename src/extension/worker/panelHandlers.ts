/** Answers the panels: which metrics there are, their points reduced to pixels, and the state of a reproduction. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChartPoints, DrawnSeries, WatchedChart } from '../../protocol/chartsProtocol.ts';
import { chartSeries, type XAxis } from '../../series/chartSeries.ts';
import { latestOf, splitAtRestarts, type RestartView } from '../../series/restarts.ts';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { EngineHandlers } from './engineRequests.ts';
import { metricsCsv } from './metricsCsv.ts';
import { EarlierNoise } from './earlierNoise.ts';
import { reproductionOverlay, reproductionReport } from './reproductionReport.ts';
import { runRows } from './runRows.ts';
import { RunSeries } from './runSeries.ts';
import type { Stores } from './stores.ts';

/** So many of the newest runs stand beside a single run when its label is sought. */
const neighbours = 50;

export function panelHandlers(stores: Stores) {
  const series = new RunSeries();
  const noise = new EarlierNoise();
  const found = async (store: string, ids: readonly string[]): Promise<RunSummary[]> => {
    const table = stores.table(store);
    return (await Promise.all(ids.map(id => table.get(id)))).filter(run => run !== undefined);
  };
  const seriesOf = (store: string, run: RunSummary): Promise<readonly MetricSeries[]> =>
    series.read(stores.table(store).runStore, run);

  return {
    chartCatalogue: async ({ store, ids }) => {
      const runs = await found(store, ids);
      const around = runs.length > 1 ? runs : (await stores.table(store).list()).slice(0, neighbours);
      const ranks = new Map<string, Set<number>>();
      for (const run of runs)
        for (const { key, rank } of await seriesOf(store, run)) {
          const known = ranks.get(key) ?? new Set();
          ranks.set(key, known);
          if (rank !== null) known.add(rank);
        }
      return {
        runs: runRows(store, runs, around).map(({ run, label }) => ({ id: run.id, label, state: run.state })),
        metrics: [...ranks].map(([key, known]) => ({ key, ranks: [...known].sort((a, b) => a - b) })),
        missing: ids.filter(id => !runs.some(run => run.id === id)),
      };
    },
    chartPoints: async ({ store, ids, charts, ...view }, signal) => {
      const runs = await found(store, ids);
      const all = await Promise.all(
        runs.map(async run => ({ run, keys: byKey(await seriesOf(store, run)) })),
      );
      const points: ChartPoints[] = [];
      for (const chart of charts) {
        // A long series takes milliseconds: other requests, and an abort, have their turn between charts.
        await nextTurn();
        signal.throwIfAborted();
        points.push({
          key: chart.key,
          ...(chart.range === undefined ? {} : { range: chart.range }),
          series: all.flatMap(({ run, keys }) =>
            shownRanks(keys.get(chart.key) ?? [], view.rank).flatMap(one => drawn(run, one, chart, view)),
          ),
        });
      }
      return points;
    },
    metricsCsv: async ({ store, ids, keys }, signal) => {
      const runs = await found(store, ids);
      const all = await Promise.all(runs.map(async run => ({ run, series: await seriesOf(store, run) })));
      return metricsCsv(all, new Set(keys), signal);
    },
    reproductionReport: reference => reproductionReport(reference, stores, series),
    reproductionOverlay: reference => reproductionOverlay(reference, stores, series, noise),
  } satisfies Partial<EngineHandlers>;
}

function byKey(all: readonly MetricSeries[]): Map<string, MetricSeries[]> {
  const groups = new Map<string, MetricSeries[]>();
  for (const series of all) {
    const group = groups.get(series.key);
    if (group === undefined) groups.set(series.key, [series]);
    else group.push(series);
  }
  return groups;
}

/** The series of the wanted rank; the lowest rank there is when nobody reported as that one. */
function shownRanks(series: readonly MetricSeries[], rank: number | null): readonly MetricSeries[] {
  if (rank === null) return series;
  const ranks = series.map(one => one.rank).filter(one => one !== null);
  const shown = ranks.includes(rank) ? rank : Math.min(...ranks);
  return series.filter(one => one.rank === null || one.rank === shown);
}

function drawn(
  run: RunSummary,
  series: MetricSeries,
  chart: WatchedChart,
  view: { readonly x: XAxis; readonly smoothing: number; readonly restarts: RestartView },
): DrawnSeries[] {
  const origin = run.startedAt === undefined ? undefined : Date.parse(run.startedAt);
  const parts = view.x === 'step' ? splitAtRestarts(series) : [series];
  const shown = view.restarts === 'all' ? parts : [latestOf(parts)];
  return shown.map((one, part): DrawnSeries => {
    const { xRange, valueRange, ...points } = chartSeries(one, { ...view, ...chart }, origin);
    return {
      runId: run.id,
      rank: series.rank,
      restarts: parts.length - 1,
      ...(shown.length > 1 ? { part } : {}),
      ...points,
      ...(xRange === undefined ? {} : { xRange }),
      ...(valueRange === undefined ? {} : { valueRange }),
    };
  });
}
