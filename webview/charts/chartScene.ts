/** From the points of one metric and the state of the panel to the scene of its chart. */
import type { ChartPoints, ChartRun, ChartsView, DrawnSeries } from '../../src/protocol/chartsProtocol.ts';
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { union, type Range } from '../../src/series/domains.ts';
import { sceneX, sceneY, type Scene, type SceneLine, type Zoom } from '../shared/plot/scene.ts';
import { runStyle } from '../shared/runStyle.ts';
import type { Theme } from '../shared/theme.ts';

/** A line of the chart together with what was stored of it. */
export interface ChartLine extends SceneLine {
  readonly run: ChartRun;
  readonly series: DrawnSeries;
}

export interface ChartScene extends Scene {
  readonly lines: readonly ChartLine[];
}

export interface PanelState {
  readonly view: ChartsView;
  readonly runs: readonly ChartRun[];
  readonly theme: Theme;
  readonly strings: ChartsStrings;
}

/** Ranks above the shown one are told apart by their dash: colour and marker belong to the run. */
const rankDashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

export function chartScene(state: PanelState, points: ChartPoints, zoom: Zoom | undefined): ChartScene {
  const { view } = state;
  const lines = chartLines(state, points);
  let all: Range | undefined;
  for (const { series } of lines) all = union(all, series.xRange);
  const x = sceneX(zoom?.x, all, view.x);
  const y = zoom?.y ?? sceneY(lines, x, view.log);
  return { xAxis: view.x, log: view.log, x, y, lines, flags: [], metric: points.key };
}

function chartLines({ view, runs, theme, strings }: PanelState, points: ChartPoints): ChartLine[] {
  const hidden = new Set(view.hiddenRuns);
  const ranks = new Set(points.series.map(series => series.rank));
  return runs
    .filter(run => !hidden.has(run.id))
    .flatMap(run =>
      points.series
        .filter(series => series.runId === run.id)
        .map((series): ChartLine => {
          const style = runStyle(run.slot, theme);
          const dash =
            series.rank === null || ranks.size < 2 ? style.dash : rankDashes[series.rank % rankDashes.length];
          return {
            id: `${run.id} ${series.rank ?? ''} ${series.part ?? ''}`,
            label: lineLabel(run, series, ranks.size, strings),
            ...(series.part === undefined || series.part === series.restarts ? {} : { faint: true }),
            style: { ...style, dash: dash ?? [] },
            points: series.smooth ?? series.raw,
            unsmoothed: series.smooth === undefined ? undefined : series.raw,
            run,
            series,
          };
        }),
    );
}

function lineLabel(run: ChartRun, series: DrawnSeries, ranks: number, strings: ChartsStrings): string {
  const label =
    series.rank === null || ranks < 2 ? run.label : formatString(strings.rankLabel, run.label, series.rank);
  return series.part === undefined ? label : formatString(strings.partLabel, label, series.part + 1);
}
