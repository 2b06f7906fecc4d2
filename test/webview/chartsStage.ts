/** The extension's side of the charts panel for tests: runs with series in memory, answers to what is watched. */
import type {
  ChartMetric,
  ChartRun,
  ChartsHostMessage,
  ChartsPanelMessage,
  ChartsView,
} from '../../src/protocol/chartsProtocol.ts';
import { chartsPanelMessageSchema } from '../../src/protocol/chartsProtocol.ts';
import { chartSeries, type StoredSeries } from '../../src/series/chartSeries.ts';
import { latestOf, splitAtRestarts } from '../../src/series/restarts.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { openPanel, panelStrings, type OpenPanel, type OpenPanelOptions } from './openPanel.ts';
import type { Browser } from 'playwright-core';

export interface StageRun extends ChartRun {
  readonly metrics: Record<string, StoredSeries | StoredSeries[]>;
}

export interface ChartsStage extends AsyncDisposable {
  readonly panel: OpenPanel;
  runs: StageRun[];
  /** Sends which runs and metrics there are. */
  sendCatalogue(): Promise<void>;
  /** Sends the points that the panel watches now, and waits until they are on the screen. */
  sendPoints(): Promise<void>;
  /** What the panel watches, by its last word. */
  watched(): Promise<Extract<ChartsPanelMessage, { type: 'watch' }>>;
}

export type StageOptions = Omit<OpenPanelOptions, 'panel'> & { readonly view?: Partial<ChartsView> };

export async function chartsStage(
  browser: Browser,
  runs: StageRun[],
  options: StageOptions = {},
): Promise<ChartsStage> {
  const panel = await openPanel(browser, { panel: 'charts', ...options });
  let revision = 0;
  const send = (message: ChartsHostMessage): Promise<void> => panel.send(message);
  const stage: ChartsStage = {
    panel,
    runs,
    sendCatalogue: () =>
      send({
        type: 'catalogue',
        revision: ++revision,
        runs: stage.runs.map(({ id, label, state, slot }) => ({ id, label, state, slot })),
        metrics: metricsOf(stage.runs),
        missing: [],
        origin: { runIds: stage.runs.map(({ id }) => id) },
      }),
    watched: async () => {
      const last = await waitFor('what is watched', async () => (await panel.posted('watch')).at(-1));
      const parsed = chartsPanelMessageSchema.parse(last);
      if (parsed.type !== 'watch') throw new Error('not a watch message');
      return parsed;
    },
    sendPoints: async () => {
      const watch = await stage.watched();
      const sent = ++revision;
      await send({
        type: 'points',
        revision: sent,
        x: watch.x,
        smoothing: watch.smoothing,
        charts: watch.charts.map(({ key, range, width }) => ({
          key,
          ...(range === undefined ? {} : { range }),
          series: stage.runs.flatMap(run => {
            const stored = run.metrics[key];
            const all = stored === undefined ? [] : Array.isArray(stored) ? stored : [stored];
            return all
              .map((series, index) => ({ series, rank: Array.isArray(stored) ? index : null }))
              .filter(({ rank }) => rank === null || watch.rank === null || rank === watch.rank)
              .flatMap(({ series, rank }) => {
                const parts = splitAtRestarts(series);
                const shown = watch.restarts === 'all' ? parts : [latestOf(parts)];
                return shown.map((one, part) => ({
                  one,
                  rank,
                  part,
                  of: parts.length,
                  several: shown.length > 1,
                }));
              })
              .map(({ one, rank, part, of, several }) => {
                const { xRange, valueRange, ...drawn } = chartSeries(one, { ...watch, range, width });
                return {
                  runId: run.id,
                  rank,
                  restarts: of - 1,
                  ...(several ? { part } : {}),
                  ...drawn,
                  ...(xRange === undefined ? {} : { xRange }),
                  ...(valueRange === undefined ? {} : { valueRange }),
                };
              });
          }),
        })),
      });
      await waitFor(`revision ${sent} on the screen`, async () =>
        (await panel.posted('drawn')).some(message => Number(message['revision']) >= sent),
      );
    },
    [Symbol.asyncDispose]: () => panel[Symbol.asyncDispose](),
  };
  await send({
    type: 'open',
    strings: await panelStrings('chartsStrings'),
    view: options.view ?? {},
  });
  await stage.sendCatalogue();
  if (runs.some(run => Object.keys(run.metrics).length > 0)) {
    await waitFor('charts in view', async () => (await stage.watched()).charts.length > 0);
    await stage.sendPoints();
  }
  return stage;
}

function metricsOf(runs: readonly StageRun[]): ChartMetric[] {
  const metrics = new Map<string, ChartMetric>();
  for (const run of runs)
    for (const [key, series] of Object.entries(run.metrics))
      metrics.set(key, { key, ranks: Array.isArray(series) ? series.map((_, rank) => rank) : [] });
  return [...metrics.values()];
}

/** A series of `count` points from a rule. */
export function series(
  count: number,
  value: (step: number) => number,
  step: (index: number) => number = index => index,
): StoredSeries {
  const start = Date.UTC(2026, 10, 22, 9);
  return {
    steps: Float64Array.from({ length: count }, (_, i) => step(i)),
    times: Float64Array.from({ length: count }, (_, i) => start + i * 1500),
    values: Float64Array.from({ length: count }, (_, i) => value(i)),
  };
}

/** A repeatable noise in [-1, 1). */
export function noise(seed: number): (index: number) => number {
  return index => {
    const x = Math.sin((index + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  };
}

/** Three runs of a training as they happen: one still running, one that blew up. */
export function trainingRuns(): StageRun[] {
  const run = (
    id: string,
    label: string,
    state: ChartRun['state'],
    slot: number,
    rate: number,
    count: number,
  ): StageRun => {
    const jitter = noise(slot + 1);
    const loss = (step: number): number =>
      2.3 * Math.exp(-step / (40 / rate)) + 0.08 * (1 + jitter(step)) + 0.05;
    return {
      id,
      label,
      state,
      slot,
      metrics: {
        'train/loss': series(count, loss),
        'train/accuracy': series(count, step => 1 - loss(step) / 2.6),
        'train/learning rate': series(count, step => 0.1 * rate * 0.99 ** step),
        'validation/loss': series(
          Math.floor(count / 10),
          step => loss(step * 10) * 1.1,
          i => i * 10,
        ),
        'validation/accuracy': series(
          Math.floor(count / 10),
          step => 0.98 - loss(step * 10) / 2.5,
          i => i * 10,
        ),
        'gradient norm': series(count, step =>
          slot === 2 && step > 60 ? (step < 66 ? Infinity : NaN) : 1 + 0.5 * jitter(step) + step / 200,
        ),
      },
    };
  };
  return [
    run('01K0000000000000000000000A', 'baseline', 'finished', 0, 1, 200),
    run('01K0000000000000000000000B', 'lr=0.3 width=64', 'running', 1, 1.6, 140),
    run('01K0000000000000000000000C', 'lr=10', 'failed', 2, 0.4, 90),
  ];
}
