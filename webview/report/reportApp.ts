/**
 * The Reproduction Report: the forecast before the reproduction, live while it runs, the verdict afterwards. Drawn from
 * the newest snapshot, at most once a frame.
 */
import type {
  ForecastView,
  Overlay,
  ReportAction,
  ReportHostMessage,
  ReportPanelMessage,
  ReportSnapshot,
  ReportTask,
} from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import type { Bridge } from '../shared/bridge.ts';
import { button } from '../shared/controls.ts';
import { element, replaceChildren, setText } from '../shared/dom.ts';
import { postChanges } from '../shared/postChanges.ts';
import { framed } from '../shared/framed.ts';
import type { Zoom } from '../shared/plot/scene.ts';
import { onThemeChange, readTheme } from '../shared/theme.ts';
import { DivergenceBar } from './divergenceBar.ts';
import { ForecastPage } from './forecastPage.ts';
import { Headline } from './headline.ts';
import { OverlayChart } from './overlayChart.ts';
import { afterSections, whySections } from './reportSections.ts';
import { fillSection, refocus } from './section.ts';
import { TaskBar } from './taskBar.ts';
import { ingredientsTable, metricRows, metricsTable, outputsTable, type MetricRow } from './reportTables.ts';

/** A verdict may have thousands of metrics; so many are shown until all are asked for. */
const shownRows = 50;

export interface SavedReport {
  readonly key?: string | undefined;
  readonly allMetrics?: boolean | undefined;
  /** It differs, and the person said that it is to go on. */
  readonly goesOn?: boolean | undefined;
}

export class ReportApp {
  readonly #bridge: Bridge<ReportPanelMessage>;
  readonly #strings: ReportStrings;
  #origin: Record<string, unknown>;
  readonly #headline: Headline;
  readonly #forecastPage: ForecastPage;
  readonly #task: TaskBar;
  readonly #divergence: DivergenceBar;
  readonly #chart: OverlayChart;
  readonly #main = element('main', { class: 'report' });
  readonly #problem = element('p', { class: 'note problem', role: 'alert', hidden: true });
  readonly #why = element('div', { class: 'why' });
  readonly #after = element('div', { class: 'after' });
  readonly #ingredients = element('section');
  readonly #metrics = element('section');
  readonly #outputs = element('section');
  #forecast: ForecastView | undefined;
  #report: ReportSnapshot | undefined;
  #shown: 'forecast' | 'report' | undefined;
  #revision = -1;
  #overlay: Overlay | undefined;
  #drawn: number | undefined;
  #theme = readTheme();
  #key: string | undefined;
  #allMetrics: boolean;
  #goesOn: boolean;
  #zoom: Zoom | undefined;
  readonly #watch: (message: ReportPanelMessage) => void;

  readonly #frame = framed(() => this.#render());

  constructor(
    bridge: Bridge<ReportPanelMessage>,
    strings: ReportStrings,
    origin: Record<string, unknown>,
    saved: SavedReport,
  ) {
    this.#bridge = bridge;
    this.#watch = postChanges(bridge);
    this.#strings = strings;
    this.#origin = origin;
    this.#key = saved.key;
    this.#allMetrics = saved.allMetrics ?? false;
    this.#goesOn = saved.goesOn ?? false;
    this.#forecastPage = new ForecastPage(strings, {
      onReproduce: part => bridge.post({ type: 'reproduce', part }),
      onCheckAgain: () => bridge.post({ type: 'checkAgain' }),
      onProbe: () => this.#act('probe'),
    });
    this.#task = new TaskBar(strings, () => bridge.post({ type: 'cancelTask' }));
    this.#divergence = new DivergenceBar(strings, {
      onStop: () => this.#act('stopEarly'),
      onGoOn: () => {
        this.#goesOn = true;
        this.#save();
        this.#frame();
      },
    });
    this.#headline = new Headline(strings, action => this.#act(action));
    this.#chart = new OverlayChart(strings, {
      onSelect: key => this.#select(key),
      onZoom: zoom => {
        this.#zoom = zoom;
        this.#frame();
      },
    });
    replaceChildren(document.body, this.#main);
    replaceChildren(this.#main, this.#problem);
    this.#save();
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#frame();
    });
    addEventListener('resize', this.#frame);
  }

  receive(message: ReportHostMessage): void {
    switch (message.type) {
      case 'open':
        this.#origin = message.origin;
        this.#save();
        return;
      case 'task':
        this.#showTask(message.task ?? undefined);
        return;
      case 'forecast':
        if (message.revision < this.#revision) return;
        this.#revision = message.revision;
        this.#forecast = message.forecast;
        break;
      case 'report':
        if (message.revision < this.#revision) return;
        this.#revision = message.revision;
        this.#report = message.report;
        break;
      case 'overlay':
        this.#drawn = message.revision;
        if (message.overlay.key === this.#key) this.#overlay = message.overlay;
        break;
      case 'problem':
        this.#problem.hidden = message.message === null;
        setText(this.#problem, message.message ?? '');
        break;
    }
    this.#frame();
  }

  #render(): void {
    const report = this.#report;
    if (report === undefined) {
      if (this.#forecast === undefined) return;
      this.#show('forecast');
      this.#forecastPage.render(this.#forecast);
      return;
    }
    this.#show('report');
    const rows = metricRows(report, this.#strings);
    this.#chooseMetric(rows);
    this.#headline.render(report);
    this.#divergence.render(report, this.#goesOn);
    replaceChildren(this.#why, ...whySections(report, this.#strings));
    this.#renderTables(report, rows);
    this.#renderChart(rows);
    replaceChildren(this.#after, ...afterSections(report, this.#strings));
    if (this.#drawn !== undefined) this.#bridge.post({ type: 'drawn', revision: this.#drawn });
    this.#drawn = undefined;
  }

  /** What was chosen, else what says most: the metric that differs first. */
  #chooseMetric(rows: readonly MetricRow[]): void {
    if (this.#key !== undefined && rows.some(({ key }) => key === this.#key)) return;
    const counted = rows.filter(row => !row.volatile);
    const differing = counted
      .filter(row => row.firstStep !== undefined)
      .sort((a, b) => (a.firstStep ?? 0) - (b.firstStep ?? 0));
    this.#key = (differing[0] ?? counted[0] ?? rows[0])?.key;
  }

  /** The page that is not shown is not there: neither the keyboard nor a screen reader finds its way into it. */
  #show(page: 'forecast' | 'report'): void {
    if (this.#shown === page) return;
    this.#shown = page;
    const parts =
      page === 'forecast'
        ? [this.#forecastPage.root, this.#task.root]
        : [
            ...[this.#headline.root, this.#task.root, this.#divergence.root, this.#why, this.#ingredients],
            ...[this.#chart.root, this.#metrics, this.#outputs, this.#after],
          ];
    replaceChildren(this.#main, this.#problem, ...parts);
  }

  #showTask(task: ReportTask | undefined): void {
    this.#task.render(task);
    this.#headline.setBusy(task !== undefined);
    this.#forecastPage.setBusy(task !== undefined);
  }

  #renderTables({ verdict }: ReportSnapshot, rows: readonly MetricRow[]): void {
    const strings = this.#strings;
    fillSection(
      this.#ingredients,
      strings.ingredients,
      verdict && ingredientsTable(verdict.ingredients, strings),
    );
    const shown = this.#allMetrics ? rows : rows.slice(0, shownRows);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.title : '';
    fillSection(
      this.#metrics,
      strings.metrics,
      rows.length === 0
        ? element('p', { class: 'hint' }, strings.noMetrics)
        : metricsTable(shown, this.#key, strings, key => this.#select(key)),
      shown.length < rows.length
        ? button({
            label: formatString(strings.moreRows, rows.length),
            onClick: () => {
              this.#allMetrics = true;
              this.#save();
              this.#frame();
            },
          })
        : undefined,
    );
    if (focused !== '') refocus(this.#metrics, focused);
    fillSection(
      this.#outputs,
      strings.outputs,
      verdict === undefined
        ? undefined
        : verdict.outputs.length === 0
          ? element('p', { class: 'hint' }, strings.noOutputs)
          : outputsTable(verdict, strings),
    );
  }

  #renderChart(rows: readonly MetricRow[]): void {
    const key = this.#key;
    this.#chart.root.hidden = key === undefined;
    if (key === undefined) return;
    this.#chart.setChoices(
      rows.map(row => row.key),
      key,
    );
    this.#watch({
      type: 'watch',
      key,
      width: this.#chart.pixelWidth,
      ...(this.#zoom === undefined ? {} : { range: [...this.#zoom.x] as const }),
    });
    if (this.#overlay?.key === key) this.#chart.show(this.#overlay, this.#zoom, this.#theme);
  }

  #select(key: string): void {
    if (key === this.#key) return;
    this.#key = key;
    this.#zoom = undefined;
    this.#save();
    this.#frame();
  }

  #act(action: ReportAction): void {
    this.#bridge.post({ type: 'action', action });
    if (action === 'copyForPullRequest') this.#headline.sayCopied();
  }

  #save(): void {
    this.#bridge.save({
      ...{ origin: this.#origin, key: this.#key },
      ...{ allMetrics: this.#allMetrics, goesOn: this.#goesOn },
    });
  }
}
