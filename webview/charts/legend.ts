/** One chip per run: a click hides or shows it, a double click shows it alone. */
import type { ChartRun } from '../../src/protocol/chartsProtocol.ts';
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { element, replaceChildren, setAttributes, shorten } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { markerIcon, runStyle } from '../shared/runStyle.ts';
import type { PanelState } from './chartScene.ts';

export interface LegendEvents {
  /** The runs that are hidden from now on. */
  onHide(hidden: readonly string[]): void;
}

export class Legend {
  readonly root: HTMLElement;
  readonly #events: LegendEvents;
  /** Chips stay the same elements, so that a double click and the keyboard's focus survive an update. */
  readonly #chips = new Map<string, HTMLButtonElement>();
  #state: PanelState | undefined;

  constructor(strings: ChartsStrings, events: LegendEvents) {
    this.#events = events;
    this.root = element('div', { class: 'legend', role: 'group', 'aria-label': strings.legend });
  }

  render(state: PanelState): void {
    this.#state = state;
    for (const id of this.#chips.keys()) if (!state.runs.some(run => run.id === id)) this.#chips.delete(id);
    const chips = state.runs.map(run => this.#chip(run, state));
    if (chips.length !== this.root.children.length || chips.some((chip, i) => this.root.children[i] !== chip))
      replaceChildren(this.root, ...chips);
  }

  #chip(run: ChartRun, { view, theme, strings }: PanelState): HTMLButtonElement {
    const chip = this.#chips.get(run.id) ?? this.#create(run.id);
    const hidden = view.hiddenRuns.includes(run.id);
    const name = shorten(run.label, 120);
    const stateWord = runStateWord(run, strings);
    setAttributes(chip, {
      'aria-pressed': String(!hidden),
      'aria-label': [hidden ? formatString(strings.legendHidden, name) : name, stateWord]
        .filter(Boolean)
        .join(', '),
      title: formatString(strings.legendHint, run.label.slice(0, 1000)),
      'data-run': run.id,
    });
    replaceChildren(
      chip,
      markerIcon(runStyle(run.slot, theme)),
      element('span', { class: 'clipped chip-name' }, name),
      stateIcon(run),
    );
    return chip;
  }

  #create(id: string): HTMLButtonElement {
    const chip = element('button', { class: 'chip', type: 'button' });
    chip.addEventListener('click', event => {
      // The second click of a double click would undo the first; dblclick decides then.
      if (event.detail < 2) this.#toggle(id);
    });
    chip.addEventListener('dblclick', () => this.#isolate(id));
    chip.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || !event.shiftKey) return;
      event.preventDefault();
      this.#isolate(id);
    });
    this.#chips.set(id, chip);
    return chip;
  }

  #toggle(id: string): void {
    const hidden = this.#state?.view.hiddenRuns ?? [];
    this.#events.onHide(hidden.includes(id) ? hidden.filter(other => other !== id) : [...hidden, id]);
  }

  /** Shows only this run; when it is alone already, all of them. */
  #isolate(id: string): void {
    const ids = this.#state?.runs.map(run => run.id) ?? [];
    const others = ids.filter(other => other !== id);
    const hidden = new Set(this.#state?.view.hiddenRuns);
    // The first click of the double click has just hidden or shown this very run.
    const alone = others.length > 0 && others.every(other => hidden.has(other));
    this.#events.onHide(alone ? [] : others);
  }
}

function runStateWord(run: ChartRun, strings: ChartsStrings): string | undefined {
  switch (run.state) {
    case 'preparing':
    case 'running':
      return strings.stateRunning;
    case 'failed':
      return strings.stateFailed;
    case 'cancelled':
      return strings.stateCancelled;
    case 'lost':
      return strings.stateLost;
    case 'finished':
      return undefined;
  }
}

function stateIcon(run: ChartRun): SVGSVGElement | undefined {
  switch (run.state) {
    case 'preparing':
    case 'running':
      return icon('loading');
    case 'failed':
      return icon('error');
    case 'cancelled':
      return icon('slash');
    case 'lost':
      return icon('question');
    case 'finished':
      return undefined;
  }
}
