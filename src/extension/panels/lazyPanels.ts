/** The panels without their code: a bundle that is loaded when the first one opens or comes back, so that activation stays short. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunPanels } from '../panelHost.ts';
import type { StoreChange } from '../storeClient.ts';
import { panelTypes } from './panelIds.ts';
import type * as OpenPanelsModule from './openPanels.ts';
import type { OpenPanels, OpenPanelsParts } from './openPanels.ts';

export class LazyPanels implements RunPanels, vscode.Disposable {
  readonly #parts: OpenPanelsParts;
  readonly #serializers: vscode.Disposable;
  #loading: Promise<OpenPanels> | undefined;
  #open: OpenPanels | undefined;

  constructor(parts: OpenPanelsParts) {
    this.#parts = parts;
    this.#serializers = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(panelTypes.charts, {
        deserializeWebviewPanel: async (panel, state: unknown) =>
          (await this.#load()).bringBackCharts(panel, state),
      }),
      vscode.window.registerWebviewPanelSerializer(panelTypes.report, {
        deserializeWebviewPanel: async (panel, state: unknown) =>
          (await this.#load()).bringBackReport(panel, state),
      }),
      vscode.window.registerWebviewPanelSerializer(panelTypes.media, {
        deserializeWebviewPanel: async (panel, state: unknown) =>
          (await this.#load()).bringBackMedia(panel, state),
      }),
    );
  }

  async showMetrics(rows: Parameters<RunPanels['showMetrics']>[0]): Promise<void> {
    await this.showRuns(rows.map(({ store, run }) => ({ store, id: run.id })));
  }

  async showRuns(runs: Parameters<RunPanels['showRuns']>[0]): Promise<void> {
    (await this.#load()).showMetrics(runs);
  }

  async showReport(report: Parameters<RunPanels['showReport']>[0]): Promise<void> {
    (await this.#load()).showReport(report);
  }

  async showForecast(run: Parameters<RunPanels['showForecast']>[0]): Promise<void> {
    await (await this.#load()).showForecast(run);
  }

  async showMedia(run: Parameters<RunPanels['showMedia']>[0]): Promise<void> {
    (await this.#load()).showMedia(run);
  }

  /** Runs were written to; told at once, without the delay of the tree. */
  storeChanged(change: StoreChange): void {
    this.#open?.storeChanged(change);
  }

  dispose(): void {
    this.#serializers.dispose();
    this.#open?.dispose();
  }

  async #load(): Promise<OpenPanels> {
    this.#loading ??= loadPanels().then(({ OpenPanels }) => {
      this.#open = new OpenPanels(this.#parts);
      return this.#open;
    });
    return this.#loading;
  }
}

/**
 * A bundle of its own: that code waits inside a function saves nothing, because the host reads all of a file before it
 * runs any of it. From source the module itself.
 */
async function loadPanels(): Promise<typeof OpenPanelsModule> {
  if (import.meta.filename.endsWith('.ts'))
    return (await import(new URL('./openPanels.ts', import.meta.url).href)) as typeof OpenPanelsModule;
  const load = createRequire(import.meta.url);
  return load(join(import.meta.dirname, 'panels.cjs')) as typeof OpenPanelsModule;
}
