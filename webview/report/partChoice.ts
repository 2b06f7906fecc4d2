/** What of a run to reproduce: all of it, up to a step, for a time, or from a checkpoint. */
import type { Part } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { dropdown, textField, type Dropdown, type TextField } from '../shared/controls.ts';
import { element, shorten } from '../shared/dom.ts';

const extents = ['whole', 'step', 'minutes'] as const;
type Extent = (typeof extents)[number];

export class PartChoice {
  readonly root: HTMLElement;
  readonly #strings: ReportStrings;
  readonly #steps: TextField;
  readonly #minutes: TextField;
  readonly #checkpoint: Dropdown;
  #extent: Extent = 'whole';
  #typed = { step: '', minutes: '' };
  #from = '';

  constructor(strings: ReportStrings) {
    this.#strings = strings;
    this.#steps = textField({
      label: strings.stepField,
      value: '',
      onInput: value => this.#type('step', value),
    });
    this.#minutes = textField({
      label: strings.minutesField,
      value: '',
      onInput: value => this.#type('minutes', value),
    });
    const extent = dropdown(
      strings.part,
      [
        { value: 'whole', label: strings.wholeRun },
        { value: 'step', label: strings.throughStep },
        { value: 'minutes', label: strings.forMinutes },
      ],
      'whole',
      value => this.#choose(extents.find(known => known === value) ?? 'whole'),
    );
    this.#checkpoint = dropdown(strings.startFrom, [], '', path => {
      this.#from = path;
    });
    this.root = element(
      'div',
      { class: 'part' },
      extent.root,
      this.#steps.root,
      this.#minutes.root,
      this.#checkpoint.root,
    );
    this.#choose('whole');
    this.#checkpoint.root.hidden = true;
  }

  offer(checkpoints: readonly string[]): void {
    this.#checkpoint.root.hidden = checkpoints.length === 0;
    if (!checkpoints.includes(this.#from)) this.#from = '';
    this.#checkpoint.set(this.#from, [
      { value: '', label: this.#strings.theBeginning },
      ...checkpoints.slice(0, 100).map(path => ({ value: path, label: shorten(path, 80) })),
    ]);
  }

  /** Undefined where what was typed is no number; the field says so then. */
  read(): Part | undefined {
    const checkpoint = this.#from === '' ? {} : { checkpoint: this.#from };
    if (this.#extent === 'whole') return checkpoint;
    const text = this.#typed[this.#extent].trim();
    const value = Number(text.replace(',', '.'));
    const isStep = this.#extent === 'step';
    const wrong = text === '' || !Number.isFinite(value) || (isStep ? value < 1 : value <= 0);
    const field = isStep ? this.#steps : this.#minutes;
    const words = isStep ? this.#strings.stepWrong : this.#strings.fieldWrong;
    field.setProblem(wrong ? words : undefined);
    if (wrong) return undefined;
    return {
      ...checkpoint,
      ...(isStep ? { throughStep: value } : { forMs: value * 60_000 }),
    };
  }

  #choose(extent: Extent): void {
    this.#extent = extent;
    this.#steps.root.hidden = extent !== 'step';
    this.#minutes.root.hidden = extent !== 'minutes';
  }

  #type(extent: 'step' | 'minutes', value: string): void {
    this.#typed[extent] = value;
    (extent === 'step' ? this.#steps : this.#minutes).setProblem(undefined);
  }
}
