/**
 * The groups of charts. Cards are kept by metric key across updates; which of them are near the visible part of the
 * page is watched, and only those draw.
 */
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { clipped, element, replaceChildren, setAttributes } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { ChartCard, type CardEvents } from './chartCard.ts';
import type { PanelState } from './chartScene.ts';
import type { MetricGroup } from './metricGroups.ts';

export interface GridEvents extends CardEvents {
  onCollapse(collapsed: readonly string[]): void;
  /** Other cards came into view, or their width changed. */
  onVisibleChange(): void;
}

export class ChartGrid {
  readonly root = element('div', { class: 'groups' });
  readonly #events: GridEvents;
  readonly #cards = new Map<string, ChartCard>();
  readonly #cardOf = new WeakMap<Element, ChartCard>();
  readonly #near: IntersectionObserver;
  readonly #sizes: ResizeObserver;
  #shown = '';

  constructor(events: GridEvents) {
    this.#events = events;
    this.#near = new IntersectionObserver(
      entries => {
        for (const entry of entries) this.#cardOf.get(entry.target)?.setVisible(entry.isIntersecting);
        this.#events.onVisibleChange();
      },
      { rootMargin: '240px 0px' },
    );
    this.#sizes = new ResizeObserver(() => {
      for (const card of this.visibleCards()) card.resize();
      this.#events.onVisibleChange();
    });
    this.#sizes.observe(this.root);
  }

  card(key: string): ChartCard | undefined {
    return this.#cards.get(key);
  }

  visibleCards(): ChartCard[] {
    return [...this.#cards.values()].filter(card => card.visible);
  }

  /** Lays out the groups; does nothing when they are the same as before. */
  render(state: PanelState, groups: readonly MetricGroup[]): void {
    this.root.style.setProperty('--columns', String(state.view.columns));
    const collapsed = new Set(state.view.collapsedGroups);
    const shown = JSON.stringify([groups, [...collapsed]]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const kept = new Set<string>();
    replaceChildren(
      this.root,
      ...groups.map(group => {
        const open = !collapsed.has(group.name);
        const cards = open ? group.metrics.map(metric => this.#ensure(metric, state)) : [];
        for (const card of cards) kept.add(card.key);
        return element(
          'section',
          { class: 'group' },
          groups.length > 1 ? this.#heading(group, open, state) : undefined,
          element('div', { class: 'cards' }, ...cards.map(card => card.root)),
        );
      }),
    );
    for (const [key, card] of this.#cards) {
      if (kept.has(key)) continue;
      this.#near.unobserve(card.root);
      card.setVisible(false);
      this.#cards.delete(key);
    }
    this.#events.onVisibleChange();
  }

  #ensure(metric: { key: string; title: string }, state: PanelState): ChartCard {
    const existing = this.#cards.get(metric.key);
    if (existing !== undefined) return existing;
    const card = new ChartCard(metric.key, metric.title, state, this.#events);
    this.#cards.set(metric.key, card);
    this.#cardOf.set(card.root, card);
    this.#near.observe(card.root);
    return card;
  }

  #heading(group: MetricGroup, open: boolean, { strings, view }: PanelState): HTMLElement {
    const toggle = element(
      'button',
      { class: 'group-toggle', type: 'button', 'aria-expanded': String(open) },
      icon(open ? 'down' : 'right'),
      clipped('span', groupName(group, strings)),
      element('span', { class: 'hint' }, String(group.metrics.length)),
    );
    setAttributes(toggle, { 'data-group': group.name.slice(0, 200) });
    toggle.addEventListener('click', () => {
      const others = view.collapsedGroups.filter(name => name !== group.name);
      this.#events.onCollapse(open ? [...others, group.name] : others);
    });
    return element('h2', {}, toggle);
  }
}

function groupName(group: MetricGroup, strings: ChartsStrings): string {
  return group.name === '' ? strings.ungrouped : group.name;
}
