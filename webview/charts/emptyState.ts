/** What stands in the place of charts when there are none, and the one thing to do about it. */
import type { ChartRun } from '../../src/protocol/chartsProtocol.ts';
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { button } from '../shared/controls.ts';
import { element, replaceChildren, type Child } from '../shared/dom.ts';

export interface EmptyFacts {
  readonly runs: readonly ChartRun[];
  readonly metrics: number;
  /** Groups that pass the filter. */
  readonly shown: number;
  readonly clearFilter: () => void;
  readonly addRuns: () => void;
}

const example = '{"step": 1, "loss": 0.42}';

export function emptyState(target: HTMLElement, strings: ChartsStrings, facts: EmptyFacts): void {
  const kind = emptyKind(facts);
  target.hidden = kind === 'none';
  // Rebuilt only when it changes, so that the focus on its button stays.
  if (target.dataset['kind'] === kind) return;
  target.dataset['kind'] = kind;
  replaceChildren(target, ...content(kind, strings, facts));
}

type EmptyKind = 'none' | 'noRuns' | 'waiting' | 'noMetrics' | 'noMatch';

function emptyKind({ runs, metrics, shown }: EmptyFacts): EmptyKind {
  if (runs.length === 0) return 'noRuns';
  if (metrics === 0)
    return runs.some(({ state }) => state === 'running' || state === 'preparing') ? 'waiting' : 'noMetrics';
  return shown === 0 ? 'noMatch' : 'none';
}

function content(kind: EmptyKind, strings: ChartsStrings, facts: EmptyFacts): Child[] {
  switch (kind) {
    case 'none':
      return [];
    case 'noRuns':
      return [
        element('h2', {}, strings.noRunsTitle),
        element('p', {}, strings.noRunsText),
        button({ label: strings.addRuns, onClick: facts.addRuns, appearance: 'primary' }),
      ];
    case 'waiting':
      return [element('h2', {}, strings.waitingTitle), element('p', {}, strings.waitingText)];
    case 'noMetrics': {
      const [before = '', after = ''] = strings.noMetricsText.split('{0}');
      return [
        element('h2', {}, strings.noMetricsTitle),
        element('p', {}, before, element('code', {}, example), after),
      ];
    }
    case 'noMatch':
      return [
        element('p', {}, strings.noMatch),
        button({ label: strings.clearFilter, onClick: facts.clearFilter }),
      ];
  }
}
