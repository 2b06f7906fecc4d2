/** The controls above the charts. They show the view and ask for another one; they hold no state themselves. */
import type { ChartMetric, ChartsView } from '../../src/protocol/chartsProtocol.ts';
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { xAxes, type XAxis } from '../../src/series/chartSeries.ts';
import { maxSmoothing } from '../../src/series/smooth.ts';
import { button, checkbox, dropdown, slider, textField } from '../shared/controls.ts';
import { element } from '../shared/dom.ts';

export interface ToolbarEvents {
  onChange(change: Partial<ChartsView>): void;
  onExportCsv(): void;
  onAddRuns(): void;
}

const allRanks = 'all';

export class Toolbar {
  readonly root: HTMLElement;
  readonly #strings: ChartsStrings;
  readonly #filter;
  readonly #axis;
  readonly #smoothing;
  readonly #log;
  readonly #columns;
  readonly #rank;
  readonly #restarts;

  constructor(strings: ChartsStrings, view: ChartsView, events: ToolbarEvents) {
    this.#strings = strings;
    const change = events.onChange.bind(events);
    this.#filter = textField({
      label: strings.filter,
      value: view.filter,
      onInput: filter => change({ filter }),
    });
    this.#axis = dropdown(
      strings.xAxis,
      [
        { value: 'step', label: strings.xStep },
        { value: 'relative', label: strings.xRelative },
        { value: 'wall', label: strings.xWall },
      ],
      view.x,
      value => {
        if (isXAxis(value)) change({ x: value });
      },
    );
    this.#smoothing = slider(
      strings.smoothing,
      { max: maxSmoothing, step: 0.01 },
      view.smoothing,
      smoothing => change({ smoothing }),
    );
    this.#log = checkbox(strings.logScale, view.log, log => change({ log }));
    this.#columns = dropdown(
      strings.columns,
      ['1', '2', '3', '4', '5', '6'].map(value => ({ value, label: value })),
      String(view.columns),
      value => change({ columns: Number(value) }),
    );
    this.#rank = dropdown(strings.rank, [], '', value =>
      change({ rank: value === allRanks ? null : Number(value) }),
    );
    this.#restarts = dropdown(
      strings.restarts,
      [
        { value: 'latest', label: strings.restartsLatest },
        { value: 'all', label: strings.restartsAll },
      ],
      view.restarts,
      value => change({ restarts: value === 'all' ? 'all' : 'latest' }),
    );
    this.root = element(
      'div',
      { class: 'toolbar', role: 'toolbar', 'aria-label': strings.title },
      this.#filter.root,
      this.#axis.root,
      this.#smoothing.root,
      this.#log.root,
      this.#columns.root,
      this.#rank.root,
      this.#restarts.root,
      element(
        'span',
        { class: 'toolbar-end' },
        button({ label: strings.addRuns, onClick: () => events.onAddRuns() }),
        button({ label: strings.exportCsv, onClick: () => events.onExportCsv() }),
      ),
    );
  }

  /** @param restarted Whether some run went back in its steps. */
  render(
    view: ChartsView,
    metrics: readonly ChartMetric[],
    filterProblem: string | undefined,
    restarted: boolean,
  ): void {
    const { strings } = { strings: this.#strings };
    this.#filter.set(view.filter);
    this.#filter.setProblem(
      filterProblem === undefined ? undefined : formatString(strings.filterInvalid, filterProblem),
    );
    this.#axis.set(view.x);
    this.#smoothing.set(view.smoothing);
    this.#log.set(view.log);
    this.#columns.set(String(view.columns));
    this.#restarts.root.hidden = !restarted || view.x !== 'step';
    this.#restarts.set(view.restarts);
    const ranks = [...new Set(metrics.flatMap(metric => metric.ranks))].sort((a, b) => a - b);
    this.#rank.root.hidden = ranks.length < 2;
    this.#rank.set(view.rank === null ? allRanks : String(view.rank), [
      ...ranks.slice(0, 64).map(rank => ({ value: String(rank), label: String(rank) })),
      { value: allRanks, label: strings.allRanks },
    ]);
  }
}

function isXAxis(value: string): value is XAxis {
  return xAxes.some(axis => axis === value);
}
