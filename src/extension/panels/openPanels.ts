/** All open panels: opens them, brings them back after a reload, and passes on which runs changed. */
import * as vscode from 'vscode';
import type { StoreChange } from '../storeClient.ts';
import type { RunReference } from '../worker/engineRequests.ts';
import type { ReproductionReference } from '../worker/panelRequests.ts';
import { ChartsPanel, savedChartRuns, type ChartsPanelParts } from './chartsPanel.ts';
import { MediaPanel, savedMediaRun } from './mediaPanel.ts';
import { panelTypes, type PanelType } from './panelIds.ts';
import { ReportPanel, savedReport, type ReportPanelParts, type ReportReference } from './reportPanel.ts';

export type OpenPanelsParts = ChartsPanelParts & ReportPanelParts;

export class OpenPanels {
  readonly #parts: OpenPanelsParts;
  readonly #charts = new Set<ChartsPanel>();
  readonly #reports = new Set<ReportPanel>();
  readonly #media = new Set<MediaPanel>();

  constructor(parts: OpenPanelsParts) {
    this.#parts = parts;
  }

  /** Shows these runs in the open panel, or in a new one. */
  showMetrics(runs: readonly RunReference[]): void {
    const open = [...this.#charts].find(({ panel }) => panel.active) ?? [...this.#charts].at(-1);
    if (open === undefined) {
      this.#adoptCharts(createPanel(panelTypes.charts, vscode.l10n.t('Metric Charts')), runs);
      return;
    }
    open.setRuns(runs);
    open.panel.reveal();
  }

  /** Shows this reproduction in its own panel. */
  showReport(reference: ReproductionReference): void {
    const open = [...this.#reports].find(report => report.reference.reproduction === reference.reproduction);
    if (open === undefined)
      this.#adoptReport(createPanel(panelTypes.report, vscode.l10n.t('Reproduction Report')), reference);
    else open.panel.reveal();
  }

  /** Shows the forecast of a reproduction; where it is on the screen already, this is the second click that starts it. */
  async showForecast({ store, id }: RunReference): Promise<void> {
    const open = [...this.#reports].find(
      ({ reference }) =>
        reference.store === store && reference.original === id && reference.reproduction === undefined,
    );
    if (open === undefined)
      this.#adoptReport(createPanel(panelTypes.report, vscode.l10n.t('Reproduction Report')), {
        store,
        original: id,
      });
    else if (open.panel.active) await open.startIfReady();
    else open.panel.reveal();
  }

  /** Shows the media of this run in its own panel. */
  showMedia(run: RunReference): void {
    const open = [...this.#media].find(media => media.run.store === run.store && media.run.id === run.id);
    if (open === undefined) this.#adoptMedia(createPanel(panelTypes.media, vscode.l10n.t('Media')), run);
    else open.panel.reveal();
  }

  bringBackCharts(panel: vscode.WebviewPanel, state: unknown): void {
    this.#adoptCharts(panel, savedChartRuns(state));
  }

  bringBackReport(panel: vscode.WebviewPanel, state: unknown): void {
    const reference = savedReport(state);
    if (reference === undefined) panel.dispose();
    else this.#adoptReport(panel, reference);
  }

  bringBackMedia(panel: vscode.WebviewPanel, state: unknown): void {
    const run = savedMediaRun(state);
    if (run === undefined) panel.dispose();
    else this.#adoptMedia(panel, run);
  }

  storeChanged(change: StoreChange): void {
    for (const panel of [...this.#charts, ...this.#reports, ...this.#media]) panel.storeChanged(change);
  }

  dispose(): void {
    for (const { panel } of [...this.#charts, ...this.#reports, ...this.#media]) panel.dispose();
  }

  #adoptCharts(panel: vscode.WebviewPanel, runs: readonly RunReference[]): void {
    const charts = new ChartsPanel(panel, runs, this.#parts);
    this.#charts.add(charts);
    panel.onDidDispose(() => this.#charts.delete(charts));
  }

  #adoptReport(panel: vscode.WebviewPanel, reference: ReportReference): void {
    const report = new ReportPanel(panel, reference, this.#parts);
    this.#reports.add(report);
    panel.onDidDispose(() => this.#reports.delete(report));
  }

  #adoptMedia(panel: vscode.WebviewPanel, run: RunReference): void {
    const media = new MediaPanel(panel, run, this.#parts);
    this.#media.add(media);
    panel.onDidDispose(() => this.#media.delete(media));
  }
}

function createPanel(type: PanelType, title: string): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(type, title, vscode.ViewColumn.Active, {});
}
