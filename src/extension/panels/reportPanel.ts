/**
 * One Reproduction Report panel: asks the worker how the reproduction stands whenever one of the two runs was written
 * to, until there is a verdict and after it.
 */
import * as vscode from 'vscode';
import * as z from 'zod';
import {
  reportPanelMessageSchema,
  type ReportAction,
  type ReportHostMessage,
  type ReportPanelMessage,
  type ReportSnapshot,
} from '../../protocol/reportProtocol.ts';
import { Coalescer } from '../coalescer.ts';
import { oneLine } from '../formatText.ts';
import { reportMarkdown } from '../../reproduction/report/reportMarkdown.ts';
import { commandIds } from '../ids.ts';
import type { StoreChange, StoreClient } from '../storeClient.ts';
import type { ReproductionReference } from '../worker/panelRequests.ts';
import { PanelChannel } from './panelChannel.ts';
import { reportStrings } from './reportStrings.ts';
import { showPage } from './showPage.ts';

/** What brings a panel back after a window reload; kept in the webview's state. */
const originSchema = z.object({
  origin: z.object({ store: z.string(), original: z.string(), reproduction: z.string() }),
});

/** The reproduction of a panel that VS Code brings back; undefined when its state cannot be read. */
export function savedReport(state: unknown): ReproductionReference | undefined {
  const parsed = originSchema.safeParse(state);
  return parsed.success ? parsed.data.origin : undefined;
}

/** The end of a supervisor that writes no verdict is announced by nobody: it is looked for this often. */
const judgingCheckMs = 1500;

export interface ReportPanelParts {
  readonly client: StoreClient;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

export class ReportPanel {
  readonly panel: vscode.WebviewPanel;
  readonly reference: ReproductionReference;
  readonly #parts: ReportPanelParts;
  readonly #channel: PanelChannel<ReportHostMessage, ReportPanelMessage>;
  readonly #refresh: Coalescer;
  readonly #overlay: Coalescer;
  #watch: Extract<ReportPanelMessage, { type: 'watch' }> | undefined;
  #report: ReportSnapshot | undefined;
  #ready = false;
  #check: NodeJS.Timeout | undefined;

  constructor(panel: vscode.WebviewPanel, reference: ReproductionReference, parts: ReportPanelParts) {
    this.panel = panel;
    this.reference = reference;
    this.#parts = parts;
    this.#channel = new PanelChannel({
      ...{ panel, name: 'report', log: parts.log, schema: reportPanelMessageSchema },
      answer: message => this.#answer(message),
    });
    const { fail } = this.#channel;
    this.#refresh = new Coalescer(() => this.#sendReport(), fail, 0);
    this.#overlay = new Coalescer(() => this.#sendOverlay(), fail, 0);
    panel.iconPath = new vscode.ThemeIcon('verified');
    panel.onDidDispose(() => {
      clearTimeout(this.#check);
      this.#refresh.dispose();
      this.#overlay.dispose();
    });
    showPage(panel.webview, parts.extensionUri, 'report', vscode.l10n.t('Reproduction Report'));
  }

  /** Runs were written to. */
  storeChanged({ store, runIds }: StoreChange): void {
    const { original, reproduction } = this.reference;
    if (store !== this.reference.store) return;
    if (runIds.size === 0 || runIds.has(original) || runIds.has(reproduction)) this.#refreshAll();
  }

  #refreshAll(): void {
    if (!this.#ready || !this.panel.visible) return;
    this.#refresh.request();
    this.#overlay.request();
  }

  async #answer(message: Exclude<ReportPanelMessage, { type: 'drawn' | 'failure' }>): Promise<void> {
    switch (message.type) {
      case 'ready':
        // The page starts anew after it was hidden: nothing of what was sent is left.
        this.#watch = undefined;
        this.#channel.restart();
        this.#ready = true;
        await this.#channel.post({ type: 'open', strings: reportStrings(), origin: { ...this.reference } });
        this.#refresh.request();
        return;
      case 'watch':
        this.#watch = message;
        this.#overlay.request();
        return;
      case 'action':
        await this.#act(message.action);
    }
  }

  async #sendReport(): Promise<void> {
    const report = await this.#parts.client.request('reproductionReport', this.reference);
    this.#report = report;
    this.panel.title = vscode.l10n.t('Reproduction: {0}', oneLine(report.original.label, 40));
    await this.#channel.setProblem(null);
    await this.#channel.post({ type: 'report', revision: this.#channel.nextRevision(), report });
    clearTimeout(this.#check);
    const judging = report.steps.some(({ name, state }) => name === 'compare' && state === 'active');
    if (judging) this.#check = setTimeout(() => this.#refreshAll(), judgingCheckMs);
  }

  async #sendOverlay(): Promise<void> {
    if (this.#watch === undefined) return;
    const { key, range, width } = this.#watch;
    const overlay = await this.#parts.client.request('reproductionOverlay', {
      ...{ ...this.reference, key, width },
      ...(range === undefined ? {} : { range }),
    });
    const revision = this.#channel.nextRevision();
    await this.#channel.postAndWait({ type: 'overlay', revision, overlay });
  }

  async #act(action: ReportAction): Promise<void> {
    const { store, original, reproduction } = this.reference;
    const node = (runId: string): unknown => ({ kind: 'run', store, runId });
    const run = async (command: string, ...args: unknown[]): Promise<void> => {
      await vscode.commands.executeCommand(command, ...args);
    };
    switch (action) {
      case 'showLog':
        return run(commandIds.showLog, node(reproduction));
      case 'showOriginalLog':
        return run(commandIds.showLog, node(original));
      case 'showCodeChanges':
        return run(commandIds.showCodeChanges, node(original));
      case 'compare':
        return run(commandIds.compareRuns, node(original), [node(original), node(reproduction)]);
      case 'cancel':
        return run(commandIds.cancelRun, node(reproduction));
      case 'reproduceAgain':
        return run(commandIds.reproduceRun, node(original));
      case 'copyForPullRequest': {
        const { verdict, original: run, reproduction: again } = this.#report ?? {};
        if (verdict === undefined) return;
        const { host, durationMs } = again ?? {};
        const markdown = reportMarkdown({ verdict, label: run?.label ?? '', host, durationMs });
        await vscode.env.clipboard.writeText(markdown);
      }
    }
  }
}
