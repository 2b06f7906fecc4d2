/**
 * The Metric Charts panel: one state, and everything on the screen drawn from it, at most once a frame. What is near
 * the visible part of the page is told to the extension, which sends points until something else is.
 */
import type {
  ChartPoints,
  ChartsHostMessage,
  ChartsPanelMessage,
  ChartsView,
} from '../../src/protocol/chartsProtocol.ts';
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import type { Bridge } from '../shared/bridge.ts';
import { element, replaceChildren } from '../shared/dom.ts';
import { framed } from '../shared/framed.ts';
import { postChanges } from '../shared/postChanges.ts';
import { TypedFilter } from '../shared/typedFilter.ts';
import type { Zoom } from '../shared/plot/scene.ts';
import { onThemeChange, readTheme } from '../shared/theme.ts';
import type { ChartCard } from './chartCard.ts';
import { ChartGrid } from './chartGrid.ts';
import type { PanelState } from './chartScene.ts';
import { Crosshairs } from './crosshairs.ts';
import { emptyState } from './emptyState.ts';
import { Legend } from './legend.ts';
import { metricGroups } from './metricGroups.ts';
import { chartPicture } from './picture.ts';
import { Toolbar } from './toolbar.ts';
import { savedState, type SavedState } from './viewState.ts';

type Catalogue = Extract<ChartsHostMessage, { type: 'catalogue' }>;
type Points = Extract<ChartsHostMessage, { type: 'points' }>;

/** How long typing and sliding rest before the view is stored beyond this panel. */
const storeAfterMs = 500;

export class ChartsApp {
  readonly #bridge: Bridge<ChartsPanelMessage>;
  readonly #strings: ChartsStrings;
  #origin: Record<string, unknown> = {};
  readonly #zooms: Map<string, Zoom>;
  readonly #toolbar: Toolbar;
  readonly #legend: Legend;
  readonly #grid: ChartGrid;
  readonly #crosshairs: Crosshairs;
  readonly #filter: TypedFilter;
  readonly #watch: (message: ChartsPanelMessage) => void;
  readonly #note = element('p', { class: 'note', role: 'status' });
  readonly #empty = element('div', { class: 'empty' });
  #view: ChartsView;
  #theme = readTheme();
  #catalogue: Catalogue | undefined;
  #problem: string | null = null;
  /** A run that was looked at went back in its steps: from then on there is a choice what to show of it. */
  #restarted = false;
  #drawn: number | undefined;
  #scrollTo: number | undefined;
  #storeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #dirty = new Set<ChartCard>();
  /** Whether more than points changed: with a thousand metrics, new points must not lay everything out again. */
  #layoutIsStale = true;

  readonly #frame = framed(() => this.#render());

  constructor(
    bridge: Bridge<ChartsPanelMessage>,
    strings: ChartsStrings,
    view: ChartsView,
    saved: SavedState | undefined,
  ) {
    this.#bridge = bridge;
    this.#strings = strings;
    this.#view = view;
    this.#origin = saved?.origin ?? {};
    this.#zooms = new Map(saved?.zooms);
    this.#scrollTo = saved?.scroll;
    this.#filter = new TypedFilter(view.filter);
    this.#watch = postChanges(bridge);
    this.#crosshairs = new Crosshairs(strings, () => this.#grid.visibleCards());
    this.#toolbar = new Toolbar(strings, view, {
      onChange: change => this.#change(change),
      onExportCsv: () => this.#exportCsv(),
      onAddRuns: () => bridge.post({ type: 'addRuns' }),
    });
    this.#legend = new Legend(strings, { onHide: hidden => this.#change({ hiddenRuns: [...hidden] }) });
    this.#grid = new ChartGrid({
      onCrosshair: (card, at) => this.#crosshairs.move(card, at),
      onZoom: (card, zoom) => this.#zoom(card, zoom),
      onSavePicture: card => this.#savePicture(card),
      onCollapse: collapsed => this.#change({ collapsedGroups: [...collapsed] }),
      onVisibleChange: () => {
        for (const card of this.#grid.visibleCards()) this.#dirty.add(card);
        this.#frame();
      },
    });
    replaceChildren(
      document.body,
      element('header', { class: 'top' }, this.#toolbar.root, this.#legend.root, this.#note),
      this.#empty,
      element('main', {}, this.#grid.root),
      ...this.#crosshairs.roots,
    );
    this.#save();
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#redrawAll();
    });
    addEventListener('scroll', () => this.#saveSoon(), { passive: true });
  }

  receive(message: Exclude<ChartsHostMessage, { type: 'open' }>): void {
    switch (message.type) {
      case 'catalogue':
        if (this.#catalogue !== undefined && message.revision < this.#catalogue.revision) return;
        this.#catalogue = message;
        this.#origin = message.origin;
        this.#save();
        this.#redrawAll();
        return;
      case 'points':
        this.#takePoints(message);
        return;
      case 'problem':
        this.#problem = message.message;
        this.#redrawAll();
    }
  }

  get #state(): PanelState {
    return {
      view: this.#view,
      runs: this.#catalogue?.runs ?? [],
      theme: this.#theme,
      strings: this.#strings,
    };
  }

  #takePoints(message: Points): void {
    this.#drawn = Math.max(this.#drawn ?? 0, message.revision);
    // Points of another axis or smoothing were on their way when the view changed: newer ones follow.
    if (message.x === this.#view.x && message.smoothing === this.#view.smoothing)
      for (const points of message.charts) this.#giveToCard(points);
    if (
      !this.#restarted &&
      message.charts.some(({ series }) => series.some(({ restarts }) => restarts > 0))
    ) {
      this.#restarted = true;
      this.#redrawAll();
    }
    this.#frame();
  }

  #giveToCard(points: ChartPoints): void {
    const card = this.#grid.card(points.key);
    if (card?.visible !== true) return;
    card.setPoints(points);
    this.#dirty.add(card);
  }

  #change(change: Partial<ChartsView>): void {
    this.#view = { ...this.#view, ...change };
    if (change.filter !== undefined) this.#filter.set(change.filter);
    // Zooms are ranges of the axis they were made on.
    if (change.x !== undefined) {
      this.#zooms.clear();
      for (const card of this.#grid.visibleCards()) card.zoom = undefined;
    }
    this.#redrawAll();
    this.#saveSoon();
  }

  #redrawAll(): void {
    this.#layoutIsStale = true;
    for (const card of this.#grid.visibleCards()) this.#dirty.add(card);
    this.#frame();
  }

  #render(): void {
    const state = this.#state;
    if (this.#layoutIsStale) this.#layOut(state);
    for (const card of this.#grid.visibleCards()) card.zoom ??= this.#zooms.get(card.key);
    this.#tellWatched();
    for (const card of this.#dirty) card.render(state);
    this.#dirty.clear();
    this.#crosshairs.redraw();
    if (this.#drawn !== undefined) this.#bridge.post({ type: 'drawn', revision: this.#drawn });
    this.#drawn = undefined;
  }

  #layOut(state: PanelState): void {
    this.#layoutIsStale = false;
    const metrics = this.#catalogue?.metrics ?? [];
    const groups = metricGroups(metrics, this.#filter.passes);
    this.#toolbar.render(this.#view, metrics, this.#filter.problem, this.#restarted);
    this.#legend.render(state);
    this.#grid.render(state, groups);
    if (this.#catalogue !== undefined)
      emptyState(this.#empty, this.#strings, {
        runs: state.runs,
        metrics: metrics.length,
        shown: groups.length,
        clearFilter: () => this.#change({ filter: '' }),
        addRuns: () => this.#bridge.post({ type: 'addRuns' }),
      });
    this.#renderNote();
    if (this.#scrollTo === undefined || metrics.length === 0) return;
    scrollTo(0, this.#scrollTo);
    this.#scrollTo = undefined;
  }

  #renderNote(): void {
    const missing = this.#catalogue?.missing.length ?? 0;
    const text =
      this.#problem ?? (missing > 0 ? this.#strings.missingRuns.replace('{0}', String(missing)) : '');
    this.#note.hidden = text === '';
    if (this.#note.textContent !== text) this.#note.textContent = text;
    this.#note.classList.toggle('problem', this.#problem !== null);
  }

  #tellWatched(): void {
    this.#watch({
      type: 'watch',
      x: this.#view.x,
      smoothing: this.#view.smoothing,
      rank: this.#view.rank,
      restarts: this.#view.restarts,
      charts: this.#grid.visibleCards().map(card => card.watched()),
    });
  }

  #zoom(card: ChartCard, zoom: Zoom | undefined): void {
    card.zoom = zoom;
    this.#zooms.delete(card.key);
    if (zoom !== undefined) this.#zooms.set(card.key, zoom);
    this.#dirty.add(card);
    this.#frame();
    this.#saveSoon();
  }

  #exportCsv(): void {
    const hidden = new Set(this.#view.hiddenRuns);
    this.#bridge.post({
      type: 'exportCsv',
      keys: (this.#catalogue?.metrics ?? []).map(({ key }) => key).filter(this.#filter.passes),
      runs: this.#state.runs.map(({ id }) => id).filter(id => !hidden.has(id)),
    });
  }

  #savePicture(card: ChartCard): void {
    if (card.canvas === undefined || card.scene === undefined) return;
    const png = chartPicture(card.canvas, card.key, card.scene, this.#theme);
    this.#bridge.post({ type: 'exportPng', key: card.key, png });
  }

  #saveSoon(): void {
    this.#save();
    clearTimeout(this.#storeTimer);
    this.#storeTimer = setTimeout(
      () => this.#bridge.post({ type: 'viewChanged', view: this.#view }),
      storeAfterMs,
    );
  }

  #save(): void {
    this.#bridge.save(savedState(this.#view, this.#zooms, this.#origin));
  }
}
