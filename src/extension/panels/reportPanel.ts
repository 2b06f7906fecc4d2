/**
 * One Reproduction Report panel: the forecast first, then, whenever one of the two runs was written to, how the
 * reproduction stands, until there is a verdict and after it.
 */
import * as vscode from 'vscode';
import * as z from 'zod';
import { errorText } from '../../base/systemError.ts';
import {
  reportPanelMessageSchema,
  type ForecastView,
  type Part,
  type ReportAction,
  type ReportHostMessage,
  type ReportPanelMessage,
} from '../../protocol/reportProtocol.ts';
import { Coalescer } from '../coalescer.ts';
import { oneLine } from '../formatText.ts';
import { commandIds } from '../ids.ts';
import type { Reproductions } from '../reproductions.ts';
import { sharedFact } from '../sharedFacts.ts';
import type { StoreChange, StoreClient } from '../storeClient.ts';
import type { ReproductionReference } from '../worker/panelRequests.ts';
import { PanelChannel } from './panelChannel.ts';
import { reportStrings } from './reportStrings.ts';
import { showPage } from './showPage.ts';

/** A panel without a reproduction shows the forecast of one. */
export type ReportReference = Pick<ReproductionReference, 'store' | 'original'> & {
  readonly reproduction?: string | undefined;
};

/** What a shared run would execute is shown in the person's language. */
function inOurWords<Facts extends Pick<ForecastView, 'unconfirmed'>>(facts: Facts): Facts {
  const { unconfirmed } = facts;
  if (unconfirmed === undefined) return facts;
  return {
    ...facts,
    unconfirmed: { ...unconfirmed, facts: unconfirmed.facts.map(fact => sharedFact(fact, vscode.l10n)) },
  };
}

/** What brings a panel back after a window reload; kept in the webview's state. */
const originSchema = z.object({
  origin: z.object({ store: z.string(), original: z.string(), reproduction: z.string().optional() }),
});

/** The reproduction of a panel that VS Code brings back; undefined when its state cannot be read. */
export function savedReport(state: unknown): ReportReference | undefined {
  const parsed = originSchema.safeParse(state);
  return parsed.success ? parsed.data.origin : undefined;
}

/** The end of a supervisor that writes no verdict is announced by nobody: it is looked for this often. */
const judgingCheckMs = 1500;

export interface ReportPanelParts {
  readonly client: StoreClient;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly reproductions: Reproductions;
}

export class ReportPanel {
  readonly panel: vscode.WebviewPanel;
  readonly #parts: ReportPanelParts;
  readonly #channel: PanelChannel<ReportHostMessage, ReportPanelMessage>;
  readonly #refresh: Coalescer;
  readonly #overlay: Coalescer;
  #reference: ReportReference;
  #watch: Extract<ReportPanelMessage, { type: 'watch' }> | undefined;
  #forecast: ForecastView | undefined;
  #starting = false;
  #ready = false;
  #check: NodeJS.Timeout | undefined;

  constructor(panel: vscode.WebviewPanel, reference: ReportReference, parts: ReportPanelParts) {
    this.panel = panel;
    this.#reference = reference;
    this.#parts = parts;
    this.#channel = new PanelChannel({
      ...{ panel, name: 'report', log: parts.log, schema: reportPanelMessageSchema },
      answer: message => this.#answer(message),
    });
    const { fail } = this.#channel;
    this.#refresh = new Coalescer(() => this.#send(), fail, 0);
    this.#overlay = new Coalescer(() => this.#sendOverlay(), fail, 0);
    panel.iconPath = new vscode.ThemeIcon('verified');
    const tasks = parts.reproductions.onDidChangeTasks(() => void this.#sendTask().catch(fail));
    panel.onDidDispose(() => {
      tasks.dispose();
      clearTimeout(this.#check);
      this.#refresh.dispose();
      this.#overlay.dispose();
    });
    showPage(panel.webview, parts.extensionUri, 'report', vscode.l10n.t('Reproduction Report'));
  }

  get reference(): ReportReference {
    return this.#reference;
  }

  /** Runs were written to. */
  storeChanged({ store, runIds }: StoreChange): void {
    const { original, reproduction } = this.#reference;
    if (store !== this.#reference.store) return;
    const concerned = runIds.size === 0 || runIds.has(original) || runIds.has(reproduction ?? '');
    // Notes and stars of the original change nothing of a forecast.
    if (concerned && reproduction !== undefined) this.#refreshAll();
  }

  /** As a click on the button does, where it can be clicked. */
  async startIfReady(): Promise<void> {
    const { forecast, problem } = this.#forecast ?? {};
    const ready = forecast === undefined ? problem !== undefined : forecast.blockers.length === 0;
    if (ready && this.panel.visible) await this.#start({});
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
        await this.#open();
        await this.#sendTask();
        this.#refresh.request();
        return;
      case 'watch':
        this.#watch = message;
        this.#overlay.request();
        return;
      case 'reproduce':
        await this.#start(message.part);
        return;
      case 'checkAgain':
        this.#forecast = undefined;
        this.#refresh.request();
        return;
      case 'cancelTask':
        this.#parts.reproductions.cancelTask(this.#reference);
        return;
      case 'action':
        await this.#act(message.action);
    }
  }

  async #open(): Promise<void> {
    const origin = { ...this.#reference };
    await this.#channel.post({ type: 'open', strings: reportStrings(), origin });
  }

  async #sendTask(): Promise<void> {
    if (!this.#ready) return;
    const task = this.#parts.reproductions.taskOf(this.#reference) ?? null;
    await this.#channel.post({ type: 'task', task });
    // What it found is in the record now.
    if (task === null) this.#refreshAll();
  }

  async #send(): Promise<void> {
    const { store, original, reproduction } = this.#reference;
    if (reproduction === undefined) await this.#sendForecast();
    else await this.#sendReport({ store, original, reproduction });
  }

  async #sendForecast(): Promise<void> {
    const { store, original: id } = this.#reference;
    const facts = inOurWords(await this.#parts.client.request('forecastFacts', { store, id }));
    this.panel.title = vscode.l10n.t('Reproduce: {0}', oneLine(facts.original.label, 40));
    const known = this.#forecast;
    await this.#showForecast({ ...known, ...facts, starting: this.#starting });
    if (known?.forecast !== undefined) return;
    const told = await this.#parts.reproductions.forecast({ store, id }).then(
      forecast => ({ forecast }),
      (error: unknown) => ({ problem: errorText(error) }),
    );
    // Meanwhile it may have been started.
    if (this.#reference.reproduction === undefined)
      await this.#showForecast({ ...facts, ...told, starting: this.#starting });
  }

  async #showForecast(forecast: ForecastView): Promise<void> {
    this.#forecast = forecast;
    await this.#channel.setProblem(null);
    await this.#channel.post({ type: 'forecast', revision: this.#channel.nextRevision(), forecast });
  }

  async #start(part: Part): Promise<void> {
    const { store, original, reproduction } = this.#reference;
    if (this.#starting || reproduction !== undefined) return;
    this.#starting = true;
    try {
      if (this.#forecast !== undefined) await this.#showForecast({ ...this.#forecast, starting: true });
      const started = await this.#parts.reproductions.start({ store, id: original }, part);
      if (started === undefined) return;
      this.#reference = { store, original, reproduction: started };
      await this.#open();
    } finally {
      this.#starting = false;
      this.#refreshAll();
    }
  }

  async #sendReport(reference: ReproductionReference): Promise<void> {
    const report = await this.#parts.client.request('reproductionReport', reference);
    this.panel.title = vscode.l10n.t('Reproduction: {0}', oneLine(report.original.label, 40));
    await this.#channel.setProblem(null);
    await this.#channel.post({ type: 'report', revision: this.#channel.nextRevision(), report });
    clearTimeout(this.#check);
    const judging = report.steps.some(({ name, state }) => name === 'compare' && state === 'active');
    if (judging) this.#check = setTimeout(() => this.#refreshAll(), judgingCheckMs);
  }

  async #sendOverlay(): Promise<void> {
    const { store, original, reproduction } = this.#reference;
    if (this.#watch === undefined || reproduction === undefined) return;
    const { key, range, width } = this.#watch;
    const overlay = await this.#parts.client.request('reproductionOverlay', {
      ...{ store, original, reproduction, key, width },
      ...(range === undefined ? {} : { range }),
    });
    const revision = this.#channel.nextRevision();
    await this.#channel.postAndWait({ type: 'overlay', revision, overlay });
  }

  async #act(action: ReportAction): Promise<void> {
    const { store, original, reproduction } = this.#reference;
    const { reproductions } = this.#parts;
    const node = (runId: string): unknown => ({ kind: 'run', store, runId });
    const run = async (command: string, ...args: unknown[]): Promise<void> => {
      await vscode.commands.executeCommand(command, ...args);
    };
    if (action === 'probe') return reproductions.probe({ store, id: original }, { quiet: true });
    if (reproduction === undefined) return;
    const reference = { store, original, reproduction };
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
      case 'stopEarly':
        return run(commandIds.cancelRun, node(reproduction));
      case 'reproduceAgain':
        return run(commandIds.reproduceRun, node(original));
      case 'findCause':
        return reproductions.findCause(reference);
      case 'export':
        return reproductions.exportReport(reference);
      case 'copyForPullRequest':
        return reproductions.copyForPullRequest(reference);
    }
  }
}
