/** The chart of one metric: original pale, reproduction over it, the relative difference below on a log axis. */
import type { Overlay } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { nearestIndex } from '../../src/series/searchSorted.ts';
import { formatMetric } from '../../src/series/formatMetric.ts';
import { formatNumber, formatRelative } from '../../src/series/formatNumber.ts';
import { button, dropdown, type Dropdown } from '../shared/controls.ts';
import { element, replaceChildren, setAttributes, setText, shorten } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { Plot, type PlotEvents } from '../shared/plot/plot.ts';
import type { Scene, Zoom } from '../shared/plot/scene.ts';
import { markerIcon } from '../shared/runStyle.ts';
import type { Theme } from '../shared/theme.ts';
import {
  bandColour,
  differenceScene,
  originalStyle,
  reproductionStyle,
  valuesScene,
} from './overlayScenes.ts';

/** CSS pixels, enough for `1e-10`. */
const axisWidth = 58;

export interface OverlayEvents {
  onSelect(key: string): void;
  onZoom(zoom: Zoom | undefined): void;
}

export class OverlayChart {
  readonly root: HTMLElement;
  readonly #strings: ReportStrings;
  readonly #events: OverlayEvents;
  readonly #choice: Dropdown;
  readonly #legend = element('div', { class: 'overlay-legend' });
  readonly #values = element('div', { class: 'overlay-values', role: 'img', tabindex: 0 });
  readonly #difference = element('div', { class: 'overlay-difference', 'aria-hidden': 'true' });
  readonly #differenceTitle: HTMLElement;
  readonly #readout = element('span', { class: 'hint readout', role: 'status' });
  readonly #none = element('p', { class: 'hint no-difference' });
  readonly #fit: HTMLElement;
  #valuesPlot: Plot | undefined;
  #differencePlot: Plot | undefined;
  #overlay: Overlay | undefined;

  constructor(strings: ReportStrings, events: OverlayEvents) {
    this.#strings = strings;
    this.#events = events;
    this.#choice = dropdown(strings.metric, [], '', key => events.onSelect(key));
    this.#fit = button({
      label: strings.fit,
      appearance: 'icon',
      icon: icon('fit'),
      onClick: () => events.onZoom(undefined),
    });
    this.#differenceTitle = element('p', { class: 'hint' }, strings.relativeDifference);
    this.root = element(
      'section',
      { class: 'overlay' },
      element('h2', {}, strings.chart),
      element('div', { class: 'overlay-head' }, this.#choice.root, this.#legend, this.#readout, this.#fit),
      this.#values,
      this.#differenceTitle,
      this.#difference,
      this.#none,
    );
    new ResizeObserver(() => {
      this.#valuesPlot?.resize();
      this.#differencePlot?.resize();
    }).observe(this.#values);
  }

  get pixelWidth(): number {
    return Math.min(16_384, Math.max(1, Math.round(this.#values.clientWidth * devicePixelRatio)));
  }

  /** Which metrics can be chosen, and which is. */
  setChoices(keys: readonly string[], selected: string): void {
    this.#choice.set(
      selected,
      keys.slice(0, 500).map(key => ({ value: key, label: shorten(key, 100) })),
    );
  }

  show(overlay: Overlay, zoom: Zoom | undefined, theme: Theme): void {
    this.#overlay = overlay;
    const strings = this.#strings;
    replaceChildren(
      this.#legend,
      legendEntry(markerIcon(originalStyle(theme)), strings.original),
      legendEntry(markerIcon(reproductionStyle(theme)), strings.reproduction),
      overlay.band && legendEntry(swatch(bandColour(theme)), strings.noiseBand),
    );
    this.#fit.hidden = zoom === undefined;
    const values = valuesScene(overlay, zoom, theme, strings);
    this.#valuesPlot = this.#showIn(this.#valuesPlot, this.#values, values, theme);
    const difference = differenceScene(overlay, zoom, theme, strings);
    this.#difference.hidden = difference === undefined;
    this.#differenceTitle.hidden = difference === undefined;
    this.#none.hidden = difference !== undefined || overlay.comparedPoints === 0;
    setText(this.#none, noDivergenceText(overlay, strings));
    if (difference === undefined) {
      this.#differencePlot?.destroy();
      this.#differencePlot = undefined;
    } else {
      this.#differencePlot = this.#showIn(this.#differencePlot, this.#difference, difference, theme);
    }
    this.#describe(overlay);
  }

  #showIn(plot: Plot | undefined, host: HTMLElement, scene: Scene, theme: Theme): Plot {
    if (plot !== undefined) {
      plot.show(scene, theme);
      return plot;
    }
    const isValues = host === this.#values;
    const events: PlotEvents = {
      // A box in the lower chart zooms x; its own axis always fits.
      onZoom: zoom => this.#events.onZoom(isValues ? zoom : { x: zoom.x }),
      onFit: () => this.#events.onZoom(undefined),
      onHover: at => this.#read(at?.x),
    };
    return new Plot(host, scene, theme, events, axisWidth);
  }

  /** The values under the crosshair, in words beside the legend. */
  #read(x: number | undefined): void {
    this.#valuesPlot?.setCrosshair(x);
    this.#differencePlot?.setCrosshair(x);
    const overlay = this.#overlay;
    if (x === undefined || overlay === undefined) {
      setText(this.#readout, '');
      return;
    }
    const { original, reproduction, difference } = overlay;
    const at = nearestIndex(original.xs, x);
    const now = nearestIndex(reproduction.xs, x);
    const apart = nearestIndex(difference.xs, x);
    const text = (value: number | undefined): string =>
      value === undefined ? '–' : formatMetric(overlay.key, value, 7);
    const relative = difference.ys[apart];
    setText(
      this.#readout,
      `${formatNumber(original.xs[at] ?? x)}: ${text(original.ys[at])} · ${text(reproduction.ys[now])}` +
        (relative === undefined || relative === 0 ? '' : ` · ${formatRelative(relative)}`),
    );
  }

  #describe(overlay: Overlay): void {
    const { strings } = { strings: this.#strings };
    const last = ({ ys }: Overlay['original']): string => formatMetric(overlay.key, ys.at(-1) ?? NaN);
    const verdict =
      overlay.first === undefined
        ? noDivergenceText(overlay, strings)
        : formatString(strings.firstDivergence, formatNumber(overlay.first.step));
    setAttributes(this.#values, {
      'aria-label': formatString(
        strings.overlayLabel,
        shorten(overlay.key, 80),
        last(overlay.original),
        last(overlay.reproduction),
        verdict,
      ),
      'data-key': shorten(overlay.key, 200),
      'data-last-step': Number.isNaN(overlay.lastStep) ? undefined : overlay.lastStep,
      'data-first-difference': overlay.first?.step,
      'data-band': overlay.band === undefined ? undefined : 'shown',
    });
  }
}

function noDivergenceText({ comparedPoints }: Overlay, strings: ReportStrings): string {
  return comparedPoints === 1
    ? strings.noDivergenceOne
    : formatString(strings.noDivergence, formatNumber(comparedPoints));
}

function swatch(colour: string): HTMLElement {
  const made = element('span', { class: 'swatch' });
  made.style.background = colour;
  return made;
}

function legendEntry(marker: Element, name: string): HTMLElement {
  return element('span', { class: 'legend-entry' }, marker, name);
}
