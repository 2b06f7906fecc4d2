/**
 * One key: heading, what was logged at the chosen step, and a slider over its steps. An empty box of the same height
 * while it is far from the visible part of the page, so that ten thousand keys cost ten thousand boxes and a few
 * pictures.
 */
import type { MediaCard as Card, MediaContent, WatchedCard } from '../../src/protocol/mediaProtocol.ts';
import type { MediaStrings } from '../../src/protocol/mediaStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatNumber } from '../../src/series/formatNumber.ts';
import { button } from '../shared/controls.ts';
import { clipped, element, replaceChildren, setAttributes, setText, shorten } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { contentElement } from './contentElement.ts';
import { indexAfterKey, nearestStepIndex } from './steps.ts';

export interface CardEvents {
  /** The person moved the slider; null: to the end, where it follows what comes. */
  onStep(card: MediaCard, step: number | null): void;
  onOpenFile(card: MediaCard): void;
}

interface Parts {
  readonly stage: HTMLElement;
  readonly slider: HTMLInputElement;
  readonly step: HTMLElement;
  readonly position: HTMLElement;
  readonly open: HTMLElement;
}

export class MediaCard {
  readonly root: HTMLElement;
  readonly #strings: MediaStrings;
  readonly #events: CardEvents;
  readonly #title: string;
  #card: Card;
  #content: MediaContent | undefined;
  /** Where the person wants it; null: the newest. */
  #wanted: number | null = null;
  #parts: Parts | undefined;
  #shown: MediaContent | undefined;

  constructor(card: Card, strings: MediaStrings, events: CardEvents) {
    this.#card = card;
    this.#strings = strings;
    this.#events = events;
    const { key, rank } = card;
    this.#title = rank === null || rank === 0 ? key : formatString(strings.rankLabel, key, rank);
    this.root = element('section', { class: `card ${card.kind}`, 'aria-label': shorten(this.#title) });
    this.root.dataset['key'] = key.slice(0, 200);
  }

  get id(): string {
    return this.#card.id;
  }

  get visible(): boolean {
    return this.#parts !== undefined;
  }

  get watched(): WatchedCard {
    return { id: this.id, step: this.#wanted === null ? null : this.#step };
  }

  get #index(): number {
    return nearestStepIndex(this.#card.steps, this.#wanted);
  }

  get #step(): number {
    return this.#card.steps[this.#index] ?? NaN;
  }

  /** The same card with other steps. */
  update(card: Card): void {
    this.#card = card;
  }

  lookAt(step: number | null): void {
    this.#wanted = step;
  }

  setContent(content: MediaContent): void {
    this.#content = content;
  }

  /** What is out of sight is let go: it is asked for again when it comes back. */
  setVisible(visible: boolean): void {
    if (visible === this.visible) return;
    this.#content = undefined;
    this.#shown = undefined;
    this.#parts = visible ? this.#fill() : undefined;
    if (!visible) replaceChildren(this.root);
  }

  render(): void {
    if (this.#parts === undefined) return;
    const { stage, slider, step, position, open } = this.#parts;
    const { steps } = this.#card;
    const [index, strings] = [this.#index, this.#strings];
    const content = this.#content;
    const stepText = formatString(strings.atStep, formatNumber(content?.step ?? this.#step, 9));
    setText(step, stepText);
    setText(position, formatString(strings.stepRange, index + 1, steps.length));
    slider.max = String(steps.length - 1);
    slider.value = String(index);
    setAttributes(slider, {
      'aria-valuetext': formatString(strings.atStep, formatNumber(this.#step, 9)),
    });
    slider.hidden = steps.length < 2;
    position.hidden = steps.length < 2;
    open.hidden = content?.hasFile !== true;
    setAttributes(this.root, { 'data-step': content?.step });
    if (content === this.#shown && content !== undefined) return;
    this.#shown = content;
    const scrolled = stage.scrollTop;
    replaceChildren(
      stage,
      content === undefined
        ? element('p', { class: 'hint' }, strings.loading)
        : contentElement(content, this.#title, strings, stage.querySelector('img')),
    );
    stage.scrollTop = scrolled;
  }

  #fill(): Parts {
    const strings = this.#strings;
    const title = shorten(this.#title, 80);
    const stage = element('div', { class: 'stage', tabindex: 0, role: 'group', 'aria-label': title });
    const slider = element('input', {
      type: 'range',
      min: 0,
      step: 1,
      'aria-label': formatString(strings.stepOf, title),
    });
    const parts: Parts = {
      stage,
      slider,
      step: element('span', { class: 'step number' }),
      position: element('span', { class: 'hint number' }),
      open: button({
        label: strings.openFile,
        onClick: () => this.#events.onOpenFile(this),
        appearance: 'icon',
        icon: icon('open'),
      }),
    };
    slider.addEventListener('input', () => this.#move(Number(slider.value)));
    stage.addEventListener('keydown', event => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      // What is longer than its card is scrolled by these keys.
      const scrolls = stage.scrollHeight > stage.clientHeight && !/^Arrow(Left|Right)$/.test(event.key);
      const index = indexAfterKey(event.key, this.#index, this.#card.steps.length);
      if (index === undefined || scrolls || this.#card.steps.length < 2) return;
      event.preventDefault();
      this.#move(index);
    });
    replaceChildren(
      this.root,
      element('header', { class: 'card-head' }, clipped('h3', this.#title), parts.open),
      stage,
      element('footer', { class: 'card-foot' }, parts.step, slider, parts.position),
    );
    return parts;
  }

  #move(index: number): void {
    const { steps } = this.#card;
    this.#events.onStep(this, index >= steps.length - 1 ? null : (steps[index] ?? null));
  }
}
