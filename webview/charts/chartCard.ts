/**
 * One metric: heading, chart or table, last values. Holds a canvas only while it is near the visible part of the
 * page, so a thousand metrics cost a thousand small boxes and a dozen charts.
 */
import type { ChartPoints, WatchedChart } from '../../src/protocol/chartsProtocol.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatMetric } from '../../src/series/formatMetric.ts';
import { formatNumber } from '../../src/series/formatNumber.ts';
import { button } from '../shared/controls.ts';
import { clipped, element, replaceChildren, setAttributes, setText, shorten } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { Plot } from '../shared/plot/plot.ts';
import type { Zoom } from '../shared/plot/scene.ts';
import { markerIcon } from '../shared/runStyle.ts';
import { cardKeys } from './cardKeys.ts';
import { chartScene, type ChartScene, type PanelState } from './chartScene.ts';
import { ranking } from './ranking.ts';
import { valueTable } from './valueTable.ts';

export interface CardEvents {
  onCrosshair(card: ChartCard, at: Crosshair | undefined): void;
  onZoom(card: ChartCard, zoom: Zoom | undefined): void;
  onSavePicture(card: ChartCard): void;
}

export interface Crosshair {
  readonly x: number;
  /** Height of the pointer on this card's y axis; absent from the keyboard. */
  readonly y?: number;
  readonly clientX: number;
  readonly clientY: number;
}

/** No more values than this stand below a chart: the tooltip and the table have all. */
const shownLasts = 8;

export class ChartCard {
  readonly root: HTMLElement;
  readonly key: string;
  zoom: Zoom | undefined;
  readonly #events: CardEvents;
  readonly #stage = element('div', { class: 'stage', tabindex: 0, role: 'img' });
  readonly #message = element('p', { class: 'hint card-message' });
  readonly #lasts = element('footer', { class: 'lasts' });
  readonly #following: HTMLElement;
  readonly #repeat: HTMLElement;
  readonly #fit: HTMLElement;
  readonly #tableButton: HTMLElement;
  #points: ChartPoints | undefined;
  #scene: ChartScene | undefined;
  #plot: Plot | undefined;
  #visible = false;
  #asTable = false;

  constructor(key: string, title: string, state: PanelState, events: CardEvents) {
    this.key = key;
    this.#events = events;
    const { strings } = state;
    this.#following = element(
      'span',
      { class: 'badge quiet', title: strings.followingHint },
      strings.following,
    );
    this.#repeat = element('span', { class: 'badge quiet' });
    this.#fit = iconButton(strings.fit, 'fit', () => events.onZoom(this, undefined));
    this.#tableButton = iconButton(strings.showTable, 'table', () =>
      this.#toggleTable(strings.showTable, strings.showChart),
    );
    const name = clipped('h3', title);
    name.title = key.slice(0, 2000);
    this.root = element(
      'section',
      { class: 'card', 'aria-label': shorten(key) },
      element(
        'header',
        { class: 'card-head' },
        name,
        this.#repeat,
        this.#following,
        element(
          'span',
          { class: 'card-actions' },
          this.#fit,
          this.#tableButton,
          iconButton(strings.savePicture, 'picture', () => events.onSavePicture(this)),
        ),
      ),
      element('div', { class: 'stage-frame' }, this.#stage, this.#message),
      this.#lasts,
    );
    this.root.dataset['key'] = key.slice(0, 200);
    this.#stage.addEventListener('keydown', event => {
      if (this.#scene !== undefined) cardKeys(event, this.#scene, this, events);
    });
    this.#stage.addEventListener('blur', () => events.onCrosshair(this, undefined));
  }

  get visible(): boolean {
    return this.#visible;
  }

  get scene(): ChartScene | undefined {
    return this.#scene;
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.#plot?.canvas;
  }

  /** Points are let go with the canvas: when the card comes back they are asked for again. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (visible) return;
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#points = undefined;
    this.#scene = undefined;
  }

  /** What this card needs to draw. */
  watched(): WatchedChart {
    const width = Math.round(this.#stage.clientWidth * devicePixelRatio);
    return {
      key: this.key,
      width: Math.min(16_384, Math.max(1, width)),
      ...(this.zoom === undefined ? {} : { range: [...this.zoom.x] as const }),
    };
  }

  /** Takes points over, unless they are for a range that was left meanwhile. */
  setPoints(points: ChartPoints): void {
    const wanted = this.zoom?.x;
    if (points.range?.[0] !== wanted?.[0] || points.range?.[1] !== wanted?.[1]) return;
    this.#points = points;
  }

  render(state: PanelState): void {
    if (!this.#visible) return;
    const { strings } = state;
    if (this.#points === undefined) {
      this.#say(strings.loading);
      return;
    }
    const scene = chartScene(state, this.#points, this.zoom);
    this.#scene = scene;
    const { lines } = scene;
    this.#say(
      lines.length > 0 ? undefined : this.#points.series.length > 0 ? strings.allHidden : strings.loading,
    );
    if (this.#asTable) this.#showTable(scene, state);
    else this.#showPlot(scene, state);

    const live = lines.some(({ run }) => run.state === 'running' || run.state === 'preparing');
    this.#following.hidden = this.zoom !== undefined || !live;
    this.#fit.hidden = this.zoom === undefined;
    this.#renderRepeat(scene, state);
    this.#describe(scene, state);
    this.showValues(undefined);
  }

  /** The values below the chart: at the crosshair, or the last ones. */
  showValues(x: number | undefined): void {
    const lines = this.#scene?.lines ?? [];
    const at =
      x === undefined ? undefined : new Map(ranking(lines, x).map(({ line, value }) => [line.id, value]));
    const shown = lines.slice(0, shownLasts);
    replaceChildren(
      this.#lasts,
      ...shown.map(({ id, label, style, series }) =>
        element(
          'span',
          { class: 'last', title: label.slice(0, 2000) },
          markerIcon(style),
          element(
            'span',
            { class: 'number' },
            this.#valueText(at === undefined ? series.lastValue : at.get(id)),
          ),
        ),
      ),
      lines.length > shownLasts
        ? element('span', { class: 'hint' }, `+${lines.length - shownLasts}`)
        : undefined,
    );
  }

  setCrosshair(x: number | undefined): void {
    if (!this.#visible || this.#scene === undefined) return;
    this.#plot?.setCrosshair(x);
    this.showValues(x);
  }

  /** Where x is on the screen. */
  clientPosition(x: number): { clientX: number; clientY: number } {
    return this.#plot?.clientPosition(x) ?? { clientX: 0, clientY: 0 };
  }

  resize(): void {
    this.#plot?.resize();
  }

  #renderRepeat({ lines }: ChartScene, { view, strings }: PanelState): void {
    const restarted = lines.some(({ series }) => series.restarts > 0);
    this.#repeat.hidden = view.x !== 'step' || !(restarted || lines.some(({ series }) => series.reordered));
    setText(this.#repeat, restarted ? strings.restarted : strings.stepsRepeat);
    const hint = view.restarts === 'all' ? strings.restartedAllHint : strings.restartedLatestHint;
    this.#repeat.title = restarted ? hint : strings.stepsRepeatHint;
  }

  #showPlot(scene: ChartScene, state: PanelState): void {
    if (this.#plot !== undefined) {
      this.#plot.show(scene, state.theme);
      return;
    }
    replaceChildren(this.#stage);
    this.#plot = new Plot(this.#stage, scene, state.theme, {
      onZoom: zoom => this.#events.onZoom(this, zoom),
      onFit: () => this.#events.onZoom(this, undefined),
      onHover: at => this.#events.onCrosshair(this, at),
    });
  }

  #showTable(scene: ChartScene, state: PanelState): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    replaceChildren(this.#stage, valueTable(scene, state.strings));
  }

  #toggleTable(showTable: string, showChart: string): void {
    this.#asTable = !this.#asTable;
    this.root.classList.toggle('as-table', this.#asTable);
    const label = this.#asTable ? showChart : showTable;
    setAttributes(this.#tableButton, {
      'aria-label': label,
      title: label,
      'aria-pressed': String(this.#asTable),
    });
    this.#events.onZoom(this, this.zoom);
  }

  #valueText(value: number | undefined): string {
    return value === undefined ? '–' : formatMetric(this.key, value);
  }

  #say(text: string | undefined): void {
    this.#message.hidden = text === undefined;
    setText(this.#message, text ?? '');
  }

  /** What a screen reader says, and what a test can see of the picture. */
  #describe(scene: ChartScene, { strings }: PanelState): void {
    const runs = scene.lines
      .slice(0, shownLasts)
      .map(({ label, series }) =>
        formatString(
          strings.chartLabelRun,
          shorten(label, 80),
          formatMetric(this.key, series.lastValue),
          formatNumber(series.lastStep),
        ),
      );
    setAttributes(this.#stage, {
      role: this.#asTable ? 'group' : 'img',
      'aria-label': `${formatString(strings.chartLabel, shorten(this.key, 80), runs.join(' '))} ${strings.chartKeys}`,
    });
    const steps = scene.lines.map(({ series }) => series.lastStep);
    setAttributes(this.root, {
      'data-last-step': steps.length === 0 ? undefined : Math.max(...steps),
      'data-lines': scene.lines.length,
      'data-points': scene.lines.reduce((sum, { series }) => sum + series.count, 0),
      'data-zoomed': this.zoom !== undefined,
    });
  }
}

function iconButton(label: string, name: 'fit' | 'table' | 'picture', onClick: () => void): HTMLElement {
  return button({ label, onClick, appearance: 'icon', icon: icon(name) });
}
