/** The top of the report: verdict, sentence, which run on which machine, progress, and what can be done next. */
import { reportActions, type ReportAction, type ReportSnapshot } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatSeconds } from '../../src/series/formatNumber.ts';
import { button } from '../shared/controls.ts';
import { element, replaceChildren, setAttributes, setText, shorten } from '../shared/dom.ts';
import { icon, type IconName } from '../shared/icons.ts';
import { partText } from './afterwards.ts';
import { isUnderWay, reportLook, reportSentence } from './verdictLook.ts';

type Step = ReportSnapshot['steps'][number];

export class Headline {
  readonly root: HTMLElement;
  readonly #icon = element('span', { class: 'headline-icon' });
  readonly #word = element('h1');
  readonly #sentence = element('p', { class: 'sentence', 'aria-live': 'polite' });
  readonly #subject = element('p', { class: 'hint subject' });
  readonly #steps: HTMLElement;
  readonly #actions = element('div', { class: 'actions' });
  readonly #looks = element('div', { class: 'actions looks' });
  readonly #buttons: Map<ReportAction, HTMLElement>;
  readonly #strings: ReportStrings;
  #shownActions = '';

  constructor(strings: ReportStrings, onAction: (action: ReportAction) => void) {
    this.#strings = strings;
    this.#steps = element('ol', { class: 'steps', 'aria-label': strings.stepsLabel });
    this.#buttons = new Map(
      reportActions.map(action => [
        action,
        button({
          label: strings[action],
          onClick: () => onAction(action),
        }),
      ]),
    );
    this.root = element(
      'header',
      { class: 'headline' },
      element('div', { class: 'headline-line' }, this.#icon, this.#word),
      this.#sentence,
      this.#subject,
      this.#steps,
      this.#actions,
      this.#looks,
    );
  }

  render(report: ReportSnapshot): void {
    const strings = this.#strings;
    const look = reportLook(report, strings);
    this.root.dataset['tone'] = look.tone;
    this.root.dataset['verdict'] = report.verdict?.verdict ?? 'none';
    if (this.#icon.firstElementChild?.classList.contains(`icon-${look.icon}`) !== true)
      replaceChildren(this.#icon, icon(look.icon));
    setText(this.#word, look.word);
    setText(this.#sentence, reportSentence(report, strings));
    setText(this.#subject, subject(report, strings));
    this.#subject.title = report.original.command.slice(0, 2000);
    const underWay = isUnderWay(report);
    this.#steps.hidden = !underWay && !report.steps.some(({ state }) => state === 'failed');
    replaceChildren(this.#steps, ...report.steps.map(step => stepItem(step, strings)));
    this.#showActions(report, underWay);
  }

  /** One probe or search at a time. */
  setBusy(busy: boolean): void {
    for (const action of ['findCause', 'probe'] as const)
      this.#buttons.get(action)?.toggleAttribute('disabled', busy);
  }

  /** Says on the button itself that the text is in the clipboard. */
  sayCopied(): void {
    const copy = this.#buttons.get('copyForPullRequest');
    if (copy === undefined) return;
    setText(copy, this.#strings.copied);
    setTimeout(() => setText(copy, this.#strings.copyForPullRequest), 2000);
  }

  /** First what goes on from here, then what there is to look at. */
  #showActions({ verdict }: ReportSnapshot, underWay: boolean): void {
    const steps: ReportAction[] = underWay
      ? ['cancel', 'showLog', 'showOriginalLog']
      : verdict === undefined
        ? ['reproduceAgain']
        : stepsAfter(verdict);
    const looks: ReportAction[] = underWay
      ? []
      : ['compare', 'showCodeChanges', 'showLog', 'showOriginalLog'];
    const shown = [...steps, '', ...looks].join();
    if (shown === this.#shownActions) return;
    this.#shownActions = shown;
    for (const [action, control] of this.#buttons)
      setAttributes(control, { appearance: action === steps[0] && !underWay ? 'primary' : 'secondary' });
    replaceChildren(this.#actions, ...steps.map(action => this.#buttons.get(action)));
    this.#looks.hidden = looks.length === 0;
    replaceChildren(this.#looks, ...looks.map(action => this.#buttons.get(action)));
  }
}

/** What a person wants next stands first: why it diverged, else to tell others. */
function stepsAfter({ verdict, divergence }: NonNullable<ReportSnapshot['verdict']>): ReportAction[] {
  const tell = ['copyForPullRequest', 'export'] as const;
  if (verdict === 'diverged') return ['findCause', 'probe', ...tell, 'reproduceAgain'];
  return [...tell, ...(divergence === undefined ? [] : (['findCause'] as const)), 'probe', 'reproduceAgain'];
}

function subject({ original, reproduction, verdict }: ReportSnapshot, strings: ReportStrings): string {
  const names = formatString(strings.subject, shorten(original.label, 120), `…${reproduction.id.slice(-6)}`);
  const host =
    reproduction.host === undefined ? '' : formatString(strings.onHost, shorten(reproduction.host, 80));
  const took = reproduction.durationMs === undefined ? '' : formatSeconds(reproduction.durationMs / 1000);
  const part = partText(verdict?.part, strings);
  return [[names, host].filter(Boolean).join(' '), took, part].filter(Boolean).join(' · ');
}

function stepItem({ name, state }: Step, strings: ReportStrings): HTMLElement {
  const names = { checkout: strings.stepCheckout, run: strings.stepRun, compare: strings.stepCompare };
  const looks: Record<Step['state'], { icon?: IconName; word: string }> = {
    waiting: { word: strings.stepWaiting },
    active: { icon: 'loading', word: strings.stepActive },
    done: { icon: 'check', word: strings.stepDone },
    failed: { icon: 'error', word: strings.stepFailed },
  };
  const look = looks[state];
  return element(
    'li',
    { 'data-state': state, 'aria-current': state === 'active' ? 'step' : undefined },
    look.icon === undefined ? element('span', { class: 'step-dot' }) : icon(look.icon),
    names[name],
    element('span', { class: 'visually-hidden' }, `, ${look.word}`),
  );
}
