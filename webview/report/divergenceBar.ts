/** While a reproduction runs: says quietly that it has parted from the original, and offers to stop there. */
import type { ReportSnapshot } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatNumber, formatRelative } from '../../src/series/formatNumber.ts';
import { button } from '../shared/controls.ts';
import { element, setText } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { firstDiffering, isUnderWay } from './verdictLook.ts';

export interface DivergenceEvents {
  onStop(): void;
  /** The person wants to see it through: the bar is not to come back. */
  onGoOn(): void;
}

export class DivergenceBar {
  readonly root: HTMLElement;
  readonly #strings: ReportStrings;
  readonly #text = element('span', { class: 'bar-text' });

  constructor(strings: ReportStrings, events: DivergenceEvents) {
    this.#strings = strings;
    this.root = element(
      'div',
      { class: 'bar divergence', role: 'status', hidden: true },
      icon('warning'),
      this.#text,
      button({ label: strings.stopEarly, onClick: () => events.onStop() }),
      button({ label: strings.goOn, onClick: () => events.onGoOn() }),
    );
  }

  /** @param goesOn The person has said that it is to go on. */
  render(report: ReportSnapshot, goesOn: boolean): void {
    const first =
      isUnderWay(report) && report.reproduction.state === 'running' ? firstDiffering(report) : undefined;
    this.root.hidden = first === undefined || goesOn;
    if (first === undefined) return;
    setText(
      this.#text,
      formatString(
        this.#strings.differsFrom,
        formatNumber(first.firstDifferingStep ?? NaN),
        formatRelative(first.maxRelativeDifference ?? NaN),
      ),
    );
  }
}
