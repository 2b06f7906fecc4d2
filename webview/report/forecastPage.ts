/**
 * The page before the run: what is here, what is to be fetched, what is gone, how close the result can get, what it
 * costs, and the one button. The button has the keyboard as soon as it can be pressed, so that Enter starts; not so for
 * a run of somebody else, which is to be looked at first.
 */
import type { ForecastView, Part } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { button } from '../shared/controls.ts';
import { element, replaceChildren, setAttributes, setText, shorten, type Child } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { amountText, availabilityLook, costLines, forecastLook, type Forecast } from './forecastLook.ts';
import { PartChoice } from './partChoice.ts';
import { ingredientsTable } from './reportTables.ts';
import { probeContent } from './probeSection.ts';
import { listSection, section } from './section.ts';
import { status, table } from './table.ts';

export interface ForecastEvents {
  onReproduce(part: Part): void;
  onCheckAgain(): void;
  onProbe(): void;
}

export class ForecastPage {
  readonly root: HTMLElement;
  readonly #strings: ReportStrings;
  readonly #icon = element('span', { class: 'headline-icon' });
  readonly #word = element('h1');
  readonly #sentence = element('p', { class: 'sentence', 'aria-live': 'polite' });
  readonly #subject = element('p', { class: 'hint subject' });
  readonly #blockers = element('ul', { class: 'blockers', role: 'alert' });
  readonly #head: HTMLElement;
  readonly #part: PartChoice;
  readonly #start: HTMLElement;
  readonly #again: HTMLElement;
  readonly #probe: HTMLElement;
  readonly #sections = element('div');
  readonly #probed = element('div');
  #hadFocus = false;
  #busy = false;

  constructor(strings: ReportStrings, events: ForecastEvents) {
    this.#strings = strings;
    this.#part = new PartChoice(strings);
    this.#start = button({
      label: strings.reproduce,
      appearance: 'primary',
      onClick: () => {
        const part = this.#part.read();
        if (part !== undefined && !this.#start.hasAttribute('disabled')) events.onReproduce(part);
      },
    });
    this.#probe = button({ label: strings.probe, onClick: () => events.onProbe() });
    this.#again = button({ label: strings.checkAgain, onClick: () => events.onCheckAgain() });
    this.#head = element(
      'header',
      { class: 'headline' },
      element('div', { class: 'headline-line' }, this.#icon, this.#word),
      this.#sentence,
      this.#blockers,
      this.#subject,
      element('div', { class: 'actions' }, this.#start, this.#again, this.#part.root),
    );
    this.root = element(
      'div',
      { class: 'forecast' },
      this.#head,
      this.#sections,
      section(
        strings.probeTitle,
        element('p', { class: 'hint' }, strings.probeHint),
        this.#probed,
        this.#probe,
      ),
    );
  }

  render(view: ForecastView): void {
    const strings = this.#strings;
    const { forecast, original } = view;
    const look = forecastLook(view, strings);
    this.#head.dataset['tone'] = look.tone;
    if (this.#icon.firstElementChild?.classList.contains(`icon-${look.icon}`) !== true)
      replaceChildren(this.#icon, icon(look.icon));
    setText(this.#word, look.word);
    setText(this.#sentence, view.problem ?? forecast?.sentence ?? strings.checkingSentence);
    // What keeps it is listed below.
    this.#sentence.hidden = view.problem === undefined && (forecast?.blockers.length ?? 0) > 0;
    setText(this.#subject, formatString(strings.forecastSubject, shorten(original.label, 120)));
    this.#subject.title = original.command.slice(0, 2000);
    const blockers = forecast?.blockers ?? [];
    this.#blockers.hidden = blockers.length === 0;
    replaceChildren(
      this.#blockers,
      ...blockers.map(({ message, mend }) =>
        element('li', {}, [message.replace(/\.?$/, '.'), mend].filter(Boolean).join(' ')),
      ),
    );
    this.#part.offer(view.checkpoints);
    // Worth a second look is only what somebody may have mended.
    const allHere = forecast?.items.every(({ availability }) => availability === 'here') ?? false;
    this.#again.hidden = view.starting || (blockers.length === 0 && allHere);
    this.#showStart(view, blockers.length > 0);
    replaceChildren(this.#sections, ...this.#sectionsOf(view));
    const { probe } = view;
    replaceChildren(this.#probed, ...(probe === undefined ? [] : probeContent(probe, strings)));
  }

  /** A probe is under way. */
  setBusy(busy: boolean): void {
    this.#busy = busy;
    setAttributes(this.#probe, { disabled: busy });
  }

  #showStart({ forecast, problem, starting, unconfirmed }: ForecastView, blocked: boolean): void {
    const strings = this.#strings;
    const label = starting
      ? strings.starting
      : unconfirmed
        ? strings.reproduceUnconfirmed
        : strings.reproduce;
    if (this.#start.textContent !== label) setText(this.#start, label);
    // A look that failed says nothing against the run itself: the engine has the last word.
    const ready = !starting && !blocked && (forecast !== undefined || problem !== undefined);
    setAttributes(this.#start, { disabled: !ready });
    setAttributes(this.#probe, { disabled: !ready || this.#busy || unconfirmed !== undefined });
    if (!ready || this.#hadFocus || unconfirmed !== undefined) return;
    this.#hadFocus = true;
    // Who has gone on to something else in the page keeps that.
    if (document.activeElement === null || document.activeElement === document.body)
      requestAnimationFrame(() => this.#start.focus());
  }

  #sectionsOf({ forecast, unconfirmed }: ForecastView): Child[] {
    const strings = this.#strings;
    return [
      unconfirmed === undefined ? undefined : unconfirmedSection(unconfirmed, strings),
      ...(forecast === undefined ? [] : forecastSections(forecast, strings)),
    ];
  }
}

function unconfirmedSection(
  { sharedBy, facts }: NonNullable<ForecastView['unconfirmed']>,
  strings: ReportStrings,
): HTMLElement {
  const from = sharedBy === '' ? strings.somebody : shorten(sharedBy, 120);
  return section(
    strings.unconfirmed,
    element('p', { class: 'hint' }, formatString(strings.unconfirmedHint, from)),
    element(
      'dl',
      { class: 'facts' },
      ...facts.flatMap(({ name, value }) => [
        element('dt', {}, shorten(name, 80)),
        element('dd', {}, element('code', {}, shorten(value, 100_000))),
      ]),
    ),
  );
}

function forecastSections(forecast: Forecast, strings: ReportStrings): Child[] {
  return [
    listSection(strings.escapes, forecast.escapes),
    listSection(strings.movedVariables, forecast.moved ?? []),
    section(strings.materials, materialsTable(forecast, strings)),
    section(
      strings.limits,
      forecast.limits.length === 0 && forecast.caps.length === 0
        ? element('p', {}, strings.noLimits)
        : element('ul', {}, ...limitLines(forecast).map(line => element('li', {}, shorten(line, 1000)))),
    ),
    section(
      strings.costs,
      element('p', { class: 'costs' }, costLines(forecast, strings).join(' ')),
      element('p', { class: 'hint' }, shorten(forecast.environment, 500)),
      forecast.readOnlyBy === 'python' ? element('p', { class: 'hint' }, strings.pythonKeeps) : undefined,
    ),
    forecast.ingredients.length === 0
      ? undefined
      : section(strings.thisMachine, ingredientsTable(forecast.ingredients, strings)),
  ];
}

/** What it cannot be, and what will be said of the verdict, each once. */
function limitLines({ limits, caps }: Forecast): string[] {
  return [...new Set([...limits.map(({ text }) => text), ...caps])].slice(0, 100);
}

function hint(text: string): HTMLElement | undefined {
  return text === '' ? undefined : element('div', { class: 'hint difference' }, text);
}

function materialsTable({ items }: Forecast, strings: ReportStrings): HTMLElement {
  return table(
    [strings.ingredient, strings.what, strings.availability],
    items.slice(0, 200).map(item => {
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, strings[item.ingredient]),
        element('td', { class: 'words' }, shorten(item.what, 500)),
        element(
          'td',
          { class: 'words' },
          status(availabilityLook(item, strings)),
          hint(amountText(item, strings)),
          hint(shorten(item.reason ?? '', 1000)),
          hint(shorten(item.mend ?? '', 1000)),
        ),
      );
    }),
    'materials',
  );
}
