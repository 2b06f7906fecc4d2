/**
 * The Media panel: what a run logged besides numbers, one card a key. Drawn from one state, at most once a frame; what
 * is near the visible part of the page is told to the extension, which sends its contents.
 */
import type { MediaHostMessage, MediaPanelMessage, MediaView } from '../../src/protocol/mediaProtocol.ts';
import type { MediaStrings } from '../../src/protocol/mediaStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import type { Bridge } from '../shared/bridge.ts';
import { button, checkbox, textField, type Checkbox, type TextField } from '../shared/controls.ts';
import { element, replaceChildren, setText } from '../shared/dom.ts';
import { framed } from '../shared/framed.ts';
import { postChanges } from '../shared/postChanges.ts';
import { TypedFilter } from '../shared/typedFilter.ts';
import type { MediaCard } from './mediaCard.ts';
import { MediaGrid } from './mediaGrid.ts';
import { defaultView, keptSteps, type SavedState } from './mediaState.ts';

type Catalogue = Extract<MediaHostMessage, { type: 'catalogue' }>;

export class MediaApp {
  readonly #bridge: Bridge<MediaPanelMessage>;
  readonly #strings: MediaStrings;
  readonly #grid: MediaGrid;
  readonly #filter: TextField;
  readonly #typed: TypedFilter;
  readonly #watch: (message: MediaPanelMessage) => void;
  readonly #synced: Checkbox;
  readonly #header: HTMLElement;
  readonly #note = element('p', { class: 'note problem', role: 'status', hidden: true });
  readonly #empty = element('div', { class: 'empty' });
  /** Card id → where the person moved it. */
  readonly #steps: Map<string, number>;
  /** Where the person moved all of them while they go together; null: the newest. */
  #step: number | null;
  #view: MediaView;
  #origin: Record<string, unknown>;
  #scrollTo: number | undefined;
  #catalogue: Catalogue | undefined;
  #problem: string | null = null;
  #emptyShown = '';
  #drawn: number | undefined;

  readonly #frame = framed(() => this.#render());

  constructor(
    bridge: Bridge<MediaPanelMessage>,
    strings: MediaStrings,
    view: { readonly [Name in keyof MediaView]?: MediaView[Name] | undefined },
    saved: SavedState | undefined,
  ) {
    this.#bridge = bridge;
    this.#strings = strings;
    this.#view = saved?.view ?? { ...defaultView, synced: view.synced ?? defaultView.synced };
    this.#typed = new TypedFilter(this.#view.filter);
    this.#watch = postChanges(bridge);
    this.#origin = saved?.origin ?? {};
    this.#steps = new Map(saved?.steps);
    this.#step = saved?.step ?? null;
    this.#scrollTo = saved?.scroll;
    this.#filter = textField({
      label: strings.filter,
      value: this.#view.filter,
      onInput: filter => this.#change({ filter }),
    });
    this.#synced = checkbox(strings.synced, this.#view.synced, synced => this.#change({ synced }));
    this.#synced.root.title = strings.syncedHint;
    this.#grid = new MediaGrid(strings, {
      onStep: (card, step) => this.#move(card, step),
      onOpenFile: card => bridge.post({ type: 'openFile', card: card.watched }),
      onVisibleChange: () => this.#frame(),
    });
    this.#header = element(
      'header',
      { class: 'top' },
      element(
        'div',
        { class: 'toolbar', role: 'toolbar', 'aria-label': strings.title },
        this.#filter.root,
        this.#synced.root,
      ),
      this.#note,
    );
    replaceChildren(document.body, this.#header, this.#empty, element('main', {}, this.#grid.root));
    this.#save();
    addEventListener('scroll', () => this.#save(), { passive: true });
  }

  receive(message: Exclude<MediaHostMessage, { type: 'open' }>): void {
    switch (message.type) {
      case 'catalogue':
        if (this.#catalogue !== undefined && message.revision < this.#catalogue.revision) return;
        this.#catalogue = message;
        this.#origin = message.origin;
        this.#save();
        break;
      case 'contents':
        for (const content of message.contents) {
          const card = this.#grid.card(content.id);
          if (card?.visible === true) card.setContent(content);
        }
        this.#drawn = Math.max(this.#drawn ?? 0, message.revision);
        break;
      case 'problem':
        this.#problem = message.message;
    }
    this.#frame();
  }

  #change(change: Partial<MediaView>): void {
    this.#view = { ...this.#view, ...change };
    if (change.filter !== undefined) this.#typed.set(change.filter);
    this.#save();
    this.#bridge.post({ type: 'viewChanged', view: this.#view });
    this.#frame();
  }

  #move(card: MediaCard, step: number | null): void {
    this.#step = step;
    this.#steps.delete(card.id);
    if (step !== null) this.#steps.set(card.id, step);
    this.#save();
    this.#frame();
  }

  #render(): void {
    const cards = this.#catalogue?.cards ?? [];
    const shown = cards.filter(({ key }) => this.#typed.passes(key));
    this.#filter.setProblem(
      this.#typed.problem === undefined
        ? undefined
        : formatString(this.#strings.filterInvalid, this.#typed.problem),
    );
    this.#grid.render(shown);
    this.#header.hidden = cards.length === 0 && this.#problem === null;
    this.#note.hidden = this.#problem === null;
    setText(this.#note, this.#problem ?? '');
    if (this.#catalogue !== undefined) this.#renderEmpty(cards.length, shown.length);
    if (this.#scrollTo !== undefined && shown.length > 0) {
      scrollTo(0, this.#scrollTo);
      this.#scrollTo = undefined;
    }
    const visible = this.#grid.visibleCards();
    for (const card of visible) {
      card.lookAt(this.#view.synced ? this.#step : (this.#steps.get(card.id) ?? null));
      card.render();
    }
    this.#watch({ type: 'watch', cards: visible.map(card => card.watched) });
    if (this.#drawn !== undefined) this.#bridge.post({ type: 'drawn', revision: this.#drawn });
    this.#drawn = undefined;
  }

  #renderEmpty(all: number, shown: number): void {
    const kind = shown > 0 ? 'none' : all > 0 ? 'noMatch' : emptyKind(this.#catalogue?.state ?? null);
    if (kind === this.#emptyShown) return;
    this.#emptyShown = kind;
    this.#empty.hidden = kind === 'none';
    if (kind === 'none') return;
    const strings = this.#strings;
    const clearFilter = button({
      label: strings.clearFilter,
      onClick: () => {
        this.#filter.set('');
        this.#change({ filter: '' });
      },
    });
    const words: Record<typeof kind, readonly [title: string | undefined, text: string]> = {
      noMatch: [undefined, strings.noMatch],
      gone: [strings.goneTitle, strings.goneText],
      waiting: [strings.waitingTitle, strings.waitingText],
      noMedia: [strings.noMediaTitle, strings.noMediaText],
    };
    const [title, text] = words[kind];
    replaceChildren(
      this.#empty,
      title === undefined ? undefined : element('h2', {}, title),
      element('p', {}, text),
      kind === 'noMatch' ? clearFilter : undefined,
    );
  }

  #save(): void {
    this.#bridge.save({
      view: this.#view,
      steps: [...this.#steps].slice(-keptSteps),
      step: this.#step,
      scroll: Math.round(scrollY),
      origin: this.#origin,
    } satisfies SavedState);
  }
}

function emptyKind(state: Catalogue['state']): 'gone' | 'waiting' | 'noMedia' {
  if (state === null) return 'gone';
  return state === 'running' || state === 'preparing' ? 'waiting' : 'noMedia';
}
