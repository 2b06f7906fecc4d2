/** Says what works in the background for this page, how far it is, and ends it on demand. */
import type { ReportTask } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { button } from '../shared/controls.ts';
import { element, replaceChildren, setText, shorten } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';

export class TaskBar {
  readonly root: HTMLElement;
  readonly #strings: ReportStrings;
  readonly #content: readonly Element[];
  readonly #text = element('span', { class: 'bar-text' });

  constructor(strings: ReportStrings, onCancel: () => void) {
    this.#strings = strings;
    this.root = element('div', { class: 'bar', role: 'status', hidden: true });
    this.#content = [icon('loading'), this.#text, button({ label: strings.cancelTask, onClick: onCancel })];
  }

  render(task: ReportTask | undefined): void {
    if (this.root.hidden !== (task === undefined)) {
      this.root.hidden = task === undefined;
      replaceChildren(this.root, ...(task === undefined ? [] : this.#content));
    }
    if (task === undefined) return;
    const what = task.kind === 'probe' ? this.#strings.taskProbe : this.#strings.taskCause;
    setText(this.#text, [what, shorten(task.text, 300)].filter(Boolean).join(' '));
  }
}
