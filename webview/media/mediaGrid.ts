/** The cards by kind. They are kept by id across updates; which of them are near the visible part of the page is watched. */
import { mediaKinds, type MediaCard as Card, type MediaKind } from '../../src/protocol/mediaProtocol.ts';
import type { MediaStrings } from '../../src/protocol/mediaStrings.ts';
import { element, replaceChildren } from '../shared/dom.ts';
import { MediaCard, type CardEvents } from './mediaCard.ts';

export interface GridEvents extends CardEvents {
  onVisibleChange(): void;
}

/** Names are compared as people count: layer2 before layer10. */
const order = new Intl.Collator('en', { numeric: true });

export class MediaGrid {
  readonly root = element('div', { class: 'groups' });
  readonly #strings: MediaStrings;
  readonly #events: GridEvents;
  readonly #cards = new Map<string, MediaCard>();
  readonly #cardOf = new WeakMap<Element, MediaCard>();
  readonly #near: IntersectionObserver;
  #shown = '';

  constructor(strings: MediaStrings, events: GridEvents) {
    this.#strings = strings;
    this.#events = events;
    this.#near = new IntersectionObserver(
      entries => {
        for (const entry of entries) this.#cardOf.get(entry.target)?.setVisible(entry.isIntersecting);
        this.#events.onVisibleChange();
      },
      { rootMargin: '240px 0px' },
    );
  }

  card(id: string): MediaCard | undefined {
    return this.#cards.get(id);
  }

  visibleCards(): MediaCard[] {
    return [...this.#cards.values()].filter(card => card.visible);
  }

  render(cards: readonly Card[]): void {
    for (const card of cards) this.#cards.get(card.id)?.update(card);
    const shown = JSON.stringify(cards.map(({ id }) => id));
    if (shown === this.#shown) return;
    this.#shown = shown;
    const groups = mediaKinds
      .map(kind => ({ kind, members: cards.filter(card => card.kind === kind) }))
      .filter(({ members }) => members.length > 0);
    replaceChildren(
      this.root,
      ...groups.map(({ kind, members }) =>
        element(
          'section',
          { class: 'group' },
          groups.length > 1 ? this.#heading(kind, members.length) : undefined,
          element(
            'div',
            { class: `cards ${kind}s` },
            ...members
              .toSorted((a, b) => order.compare(a.key, b.key) || (a.rank ?? -1) - (b.rank ?? -1))
              .map(card => this.#ensure(card).root),
          ),
        ),
      ),
    );
    const kept = new Set(cards.map(({ id }) => id));
    for (const [id, card] of this.#cards) {
      if (kept.has(id)) continue;
      this.#near.unobserve(card.root);
      card.setVisible(false);
      this.#cards.delete(id);
    }
    this.#events.onVisibleChange();
  }

  #ensure(card: Card): MediaCard {
    const existing = this.#cards.get(card.id);
    if (existing !== undefined) return existing;
    const made = new MediaCard(card, this.#strings, this.#events);
    this.#cards.set(card.id, made);
    this.#cardOf.set(made.root, made);
    this.#near.observe(made.root);
    return made;
  }

  #heading(kind: MediaKind, count: number): HTMLElement {
    const words: Record<MediaKind, string> = {
      image: this.#strings.images,
      histogram: this.#strings.histograms,
      text: this.#strings.texts,
      table: this.#strings.tables,
      file: this.#strings.files,
    };
    return element('h2', {}, words[kind], ' ', element('span', { class: 'hint' }, String(count)));
  }
}
