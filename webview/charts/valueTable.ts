/** A chart as tables: a summary per run, and the drawn points by x. For screen readers, and for reading numbers. */
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatMetric } from '../../src/series/formatMetric.ts';
import { formatNumber } from '../../src/series/formatNumber.ts';
import { clipped, element } from '../shared/dom.ts';
import { markerIcon } from '../shared/runStyle.ts';
import type { ChartScene } from './chartScene.ts';
import { ranking } from './ranking.ts';
import { xText } from './xText.ts';

const shownPoints = 200;

export function valueTable(scene: ChartScene, strings: ChartsStrings): HTMLElement {
  return element(
    'div',
    { class: 'value-table', tabindex: 0 },
    summary(scene, strings),
    points(scene, strings),
  );
}

function summary(scene: ChartScene, strings: ChartsStrings): HTMLElement {
  const number = (value: number | undefined): HTMLElement =>
    element('td', { class: 'number' }, value === undefined ? '' : formatNumber(value, 9));
  const metric = (value: number | undefined): HTMLElement =>
    element('td', { class: 'number' }, value === undefined ? '' : formatMetric(scene.metric, value, 9));
  return table(
    [strings.run, strings.last, strings.lastStep, strings.minimum, strings.maximum, strings.points],
    scene.lines.map(({ label, style, series }) => [
      element('th', { scope: 'row', class: 'run-name' }, markerIcon(style), clipped('span', label)),
      metric(series.lastValue),
      number(series.lastStep),
      metric(series.valueRange?.[0]),
      metric(series.valueRange?.[1]),
      number(series.count),
    ]),
  );
}

function points(scene: ChartScene, strings: ChartsStrings): HTMLElement {
  const all = new Set(scene.lines.flatMap(({ series }) => [...series.raw.xs, ...series.raw.markXs]));
  const xs = [...all].filter(x => x >= scene.x[0] && x <= scene.x[1]).sort((a, b) => a - b);
  const shown = xs.slice(-shownPoints);
  const rows = shown.map(x => {
    const values = new Map(
      ranking(scene.lines, x).map(({ line, x: at, value }) => [line.id, at === x ? value : undefined]),
    );
    return [
      element('th', { scope: 'row', class: 'number' }, xText(x, scene.xAxis, strings)),
      ...scene.lines.map(({ id }) => {
        const value = values.get(id);
        return element(
          'td',
          { class: 'number' },
          value === undefined ? '' : formatMetric(scene.metric, value, 9),
        );
      }),
    ];
  });
  const heads = [
    scene.xAxis === 'step' ? strings.step : strings.xAxis,
    ...scene.lines.map(({ label }) => label),
  ];
  return element(
    'div',
    {},
    xs.length > shown.length
      ? element('p', { class: 'hint' }, formatString(strings.tableCut, shownPoints))
      : undefined,
    table(heads, rows),
  );
}

function table(heads: readonly string[], rows: readonly (readonly HTMLElement[])[]): HTMLElement {
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads.map(head => clipped('th', head, { scope: 'col' })))),
    element('tbody', {}, ...rows.map(cells => element('tr', {}, ...cells))),
  );
}
