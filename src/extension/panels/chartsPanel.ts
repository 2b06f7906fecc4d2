/**
 * One Metric Charts panel: asks the worker for what the webview looks at, and sends it whenever a run that is shown
 * was written to. Holds no points itself.
 */
import * as vscode from 'vscode';
import * as z from 'zod';
import {
  chartsPanelMessageSchema,
  chartsViewSchema,
  type ChartPoints,
  type ChartsHostMessage,
  type ChartsPanelMessage,
} from '../../protocol/chartsProtocol.ts';
import { Coalescer } from '../coalescer.ts';
import { oneLine } from '../formatText.ts';
import type { StoreChange, StoreClient } from '../storeClient.ts';
import type { RunReference } from '../worker/engineRequests.ts';
import { chartsStrings } from './chartsStrings.ts';
import { idsByStore } from './idsByStore.ts';
import { saveCsv, savePicture } from './exportCharts.ts';
import { PanelChannel } from './panelChannel.ts';
import { RunSlots } from './runSlots.ts';
import { showPage } from './showPage.ts';

type Answered = Exclude<ChartsPanelMessage, { type: 'drawn' | 'failure' }>;
type Watch = Extract<ChartsPanelMessage, { type: 'watch' }>;

/** What brings a panel back after a window reload; kept in the webview's state. */
const originSchema = z.object({
  origin: z.object({ runs: z.array(z.object({ store: z.string(), id: z.string() })) }),
});

/** The runs of a panel that VS Code brings back; none when its state cannot be read. */
export function savedChartRuns(state: unknown): readonly RunReference[] {
  const parsed = originSchema.safeParse(state);
  return parsed.success ? parsed.data.origin.runs : [];
}

/** How the person likes charts, kept for the next panel; what belongs to one set of runs is not among it. */
const viewKey = 'lockstep.chartsView';
const keptViewSchema = chartsViewSchema
  .pick({ x: true, smoothing: true, log: true, columns: true, restarts: true })
  .partial();

export interface ChartsPanelParts {
  readonly client: StoreClient;
  readonly memory: vscode.Memento;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  /** Asks the person which runs to show; undefined when nothing was chosen. */
  readonly chooseRuns: (shown: readonly RunReference[]) => Promise<readonly RunReference[] | undefined>;
}

export class ChartsPanel {
  readonly panel: vscode.WebviewPanel;
  readonly #parts: ChartsPanelParts;
  readonly #slots: RunSlots;
  readonly #channel: PanelChannel<ChartsHostMessage, ChartsPanelMessage>;
  readonly #catalogue: Coalescer;
  readonly #points: Coalescer;
  #runs: readonly RunReference[];
  #watch: Watch | undefined;
  /** Watched charts whose points are to be sent, and whether they were asked for: then also when nothing changed. */
  #due = new Map<string, 'asked' | 'changed'>();
  /** Metric key → what was sent of it last, as a short text that differs when there are new points. */
  #sent = new Map<string, string>();
  #sentCatalogue = '';

  constructor(panel: vscode.WebviewPanel, runs: readonly RunReference[], parts: ChartsPanelParts) {
    this.panel = panel;
    this.#runs = runs;
    this.#parts = parts;
    this.#slots = new RunSlots(parts.memory);
    this.#channel = new PanelChannel({
      ...{ panel, name: 'charts', log: parts.log, schema: chartsPanelMessageSchema },
      answer: message => this.#answer(message),
    });
    const { fail } = this.#channel;
    this.#catalogue = new Coalescer(() => this.#sendCatalogue(), fail, 0);
    this.#points = new Coalescer(() => this.#sendPoints(), fail, 0);
    panel.iconPath = new vscode.ThemeIcon('graph-line');
    panel.onDidDispose(() => {
      this.#catalogue.dispose();
      this.#points.dispose();
    });
    showPage(panel.webview, parts.extensionUri, 'charts', vscode.l10n.t('Metric Charts'));
  }

  get runs(): readonly RunReference[] {
    return this.#runs;
  }

  /** Shows these runs from now on. */
  setRuns(runs: readonly RunReference[]): void {
    this.#runs = runs;
    this.#catalogue.request();
    this.#sendAll('asked');
  }

  /** Runs were written to. */
  storeChanged({ store, runIds }: StoreChange): void {
    const concerned = this.#runs.some(
      run => run.store === store && (runIds.size === 0 || runIds.has(run.id)),
    );
    if (!concerned || !this.panel.visible) return;
    this.#sendAll('changed');
    this.#catalogue.request();
  }

  async #answer(message: Answered): Promise<void> {
    const { client, memory, chooseRuns } = this.#parts;
    switch (message.type) {
      case 'ready': {
        // The page starts anew after it was hidden: nothing of what was sent is left.
        this.#watch = undefined;
        this.#sentCatalogue = '';
        this.#sent.clear();
        this.#channel.restart();
        const view = keptViewSchema.safeParse(memory.get(viewKey));
        await this.#channel.post({
          type: 'open',
          strings: chartsStrings(),
          view: view.success ? view.data : {},
        });
        this.#catalogue.request();
        return;
      }
      case 'watch': {
        const before = this.#watch;
        this.#watch = message;
        const sameView =
          before?.x === message.x &&
          before.smoothing === message.smoothing &&
          before.rank === message.rank &&
          before.restarts === message.restarts;
        const sent = new Set(sameView ? before.charts.map(chart => JSON.stringify(chart)) : []);
        for (const chart of message.charts)
          if (!sent.has(JSON.stringify(chart))) this.#due.set(chart.key, 'asked');
        this.#points.request();
        return;
      }
      case 'viewChanged':
        await memory.update(viewKey, keptViewSchema.parse(message.view));
        return;
      case 'exportCsv': {
        const chosen = new Set(message.runs);
        await saveCsv(
          client,
          this.#runs.filter(run => chosen.has(run.id)),
          message.keys,
        );
        return;
      }
      case 'exportPng':
        await savePicture(message.key, message.png);
        return;
      case 'addRuns': {
        const runs = await chooseRuns(this.#runs);
        if (runs !== undefined) this.setRuns(runs);
      }
    }
  }

  #sendAll(why: 'asked' | 'changed'): void {
    for (const { key } of this.#watch?.charts ?? [])
      if (this.#due.get(key) !== 'asked') this.#due.set(key, why);
    this.#points.request();
  }

  async #sendCatalogue(): Promise<void> {
    const parts = await Promise.all(
      idsByStore(this.#runs).map(([store, ids]) =>
        this.#parts.client.request('chartCatalogue', { store, ids }),
      ),
    );
    const runs = parts.flatMap(part => part.runs);
    const slots = this.#slots.assign(runs.map(({ id }) => id));
    const metrics = new Map<string, Set<number>>();
    for (const { key, ranks } of parts.flatMap(part => part.metrics)) {
      const known = metrics.get(key) ?? new Set();
      metrics.set(key, known);
      for (const rank of ranks) known.add(rank);
    }
    const catalogue = {
      type: 'catalogue',
      runs: runs.map(run => ({ ...run, slot: slots.get(run.id) ?? 0 })),
      metrics: [...metrics].map(([key, ranks]) => ({ key, ranks: [...ranks].sort((a, b) => a - b) })),
      missing: parts.flatMap(part => [...part.missing]),
      origin: { runs: this.#runs.map(({ store, id }) => ({ store, id })) },
    } as const;
    this.panel.title = titleOf(runs.map(({ label }) => label));
    const text = JSON.stringify(catalogue);
    await this.#channel.setProblem(null);
    if (text === this.#sentCatalogue) return;
    this.#sentCatalogue = text;
    await this.#channel.post({ ...catalogue, revision: this.#channel.nextRevision() });
  }

  async #sendPoints(): Promise<void> {
    const watch = this.#watch;
    const due = this.#due;
    this.#due = new Map();
    const charts = watch?.charts.filter(chart => due.has(chart.key)) ?? [];
    if (watch === undefined || charts.length === 0) return;
    const { x, smoothing, rank, restarts } = watch;
    const parts = await Promise.all(
      idsByStore(this.#runs).map(([store, ids]) =>
        this.#parts.client.request('chartPoints', {
          ...{ store, ids, x, smoothing, rank, restarts, charts },
        }),
      ),
    );
    const fresh = merged(parts).filter(points => {
      const shape = shapeOf(points);
      const same = due.get(points.key) === 'changed' && this.#sent.get(points.key) === shape;
      this.#sent.set(points.key, shape);
      return !same;
    });
    if (fresh.length === 0) return;
    const revision = this.#channel.nextRevision();
    await this.#channel.postAndWait({ type: 'points', revision, x, smoothing, charts: fresh });
  }
}

/** Charts of several stores as one: the same key stands in one chart. */
function merged(parts: readonly (readonly ChartPoints[])[]): ChartPoints[] {
  const [first = [], ...others] = parts;
  return first.map((points, index) => ({
    ...points,
    series: [...points.series, ...others.flatMap(other => other[index]?.series ?? [])],
  }));
}

/** Series only grow: as many points as before, after as many restarts, are the same points. */
function shapeOf({ series }: ChartPoints): string {
  return series
    .map(
      ({ runId, rank, part, count, restarts }) => `${runId} ${rank ?? ''} ${part ?? ''} ${count} ${restarts}`,
    )
    .join();
}

function titleOf(labels: readonly string[]): string {
  const [only] = labels;
  if (only === undefined) return vscode.l10n.t('Metric Charts');
  return labels.length === 1
    ? vscode.l10n.t('Metrics: {0}', oneLine(only, 40))
    : vscode.l10n.t('Metrics: {0} runs', labels.length);
}
