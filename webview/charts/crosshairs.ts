/** One crosshair over all charts: a line in each of them, and the values of the one under the pointer beside it. */
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { element } from '../shared/dom.ts';
import { framed } from '../shared/framed.ts';
import type { ChartCard, Crosshair } from './chartCard.ts';
import { crosshairText } from './crosshairText.ts';
import { ranking } from './ranking.ts';
import { Tooltip } from './tooltip.ts';
import { xText } from './xText.ts';

export class Crosshairs {
  /** The values beside the pointer, and what a screen reader says of them. */
  readonly roots: readonly HTMLElement[];
  readonly #strings: ChartsStrings;
  readonly #cards: () => readonly ChartCard[];
  readonly #tooltip: Tooltip;
  readonly #spoken = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  #shown: { card: ChartCard; at: Crosshair } | undefined;
  readonly #frame = framed(() => this.#render());

  /** @param cards Those that are visible. */
  constructor(strings: ChartsStrings, cards: () => readonly ChartCard[]) {
    this.#strings = strings;
    this.#cards = cards;
    this.#tooltip = new Tooltip(strings);
    this.roots = [this.#tooltip.root, this.#spoken];
    addEventListener('keydown', event => {
      if (event.key === 'Escape') this.#tooltip.hide();
    });
  }

  /** Undefined: the pointer has left the card. */
  move(card: ChartCard, at: Crosshair | undefined): void {
    if (at === undefined && this.#shown?.card !== card) return;
    this.#shown = at === undefined ? undefined : { card, at };
    this.#frame();
  }

  /** The charts were drawn anew below it. */
  redraw(): void {
    if (this.#shown !== undefined) this.#render();
  }

  #render(): void {
    const shown = this.#shown;
    for (const card of this.#cards()) card.setCrosshair(shown?.at.x);
    const scene = shown?.card.scene;
    if (shown === undefined || scene === undefined) {
      this.#tooltip.hide();
      return;
    }
    const rows = ranking(scene.lines, shown.at.x);
    const { x, y, clientX, clientY } = shown.at;
    const heading = xText(rows[0]?.x ?? x, scene.xAxis, this.#strings);
    if (rows.length === 0) this.#tooltip.hide();
    else this.#tooltip.show({ heading, rows, metric: scene.metric, y, clientX, clientY });
    // The pointer is followed by the eye; only the keyboard's steps are spoken.
    if (y === undefined) this.#spoken.textContent = crosshairText(heading, rows, scene.metric);
  }
}
