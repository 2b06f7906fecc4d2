/**
 * One Media panel: what one run logged besides numbers. Asks the worker for what the webview looks at, and again
 * whenever the run was written to. The webview may load files of this run's folder and of no other.
 */
import * as vscode from 'vscode';
import * as z from 'zod';
import {
  mediaPanelMessageSchema,
  mediaViewSchema,
  type MediaContent,
  type MediaHostMessage,
  type MediaPanelMessage,
  type WatchedCard,
} from '../../protocol/mediaProtocol.ts';
import { errorText } from '../../base/systemError.ts';
import { Coalescer } from '../coalescer.ts';
import { oneLine } from '../formatText.ts';
import { runPathsOf } from '../runFolder.ts';
import type { StoreChange, StoreClient } from '../storeClient.ts';
import type { RunReference } from '../worker/engineRequests.ts';
import type { PlainContent } from '../worker/mediaContent.ts';
import { DrawnSignal } from './drawnSignal.ts';
import { mediaStrings } from './mediaStrings.ts';
import { showPage } from './showPage.ts';

/** What brings a panel back after a window reload; kept in the webview's state. */
const originSchema = z.object({ origin: z.object({ store: z.string(), id: z.string() }) });

/** The run of a panel that VS Code brings back; undefined when its state cannot be read. */
export function savedMediaRun(state: unknown): RunReference | undefined {
  const parsed = originSchema.safeParse(state);
  return parsed.success ? parsed.data.origin : undefined;
}

/** Whether sliders go together is kept for the next panel; a filter belongs to one run. */
const viewKey = 'lockstep.mediaView';
const keptViewSchema = mediaViewSchema.pick({ synced: true }).partial();

export interface MediaPanelParts {
  readonly client: StoreClient;
  readonly memory: vscode.Memento;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

export class MediaPanel {
  readonly panel: vscode.WebviewPanel;
  readonly run: RunReference;
  readonly #parts: MediaPanelParts;
  readonly #drawn = new DrawnSignal();
  readonly #catalogue: Coalescer;
  readonly #contents: Coalescer;
  #watched: readonly WatchedCard[] = [];
  /** Card id → what was sent of it last, as a short text that differs when something else is to be shown. */
  #sent = new Map<string, string>();
  #sentCatalogue = '';
  #revision = 0;
  #ready = false;
  #problem: string | null = null;

  constructor(panel: vscode.WebviewPanel, run: RunReference, parts: MediaPanelParts) {
    this.panel = panel;
    this.run = run;
    this.#parts = parts;
    const onError = (error: unknown): void => void this.#setProblem(errorText(error));
    this.#catalogue = new Coalescer(() => this.#sendCatalogue(), onError, 0);
    this.#contents = new Coalescer(() => this.#sendContents(), onError, 0);
    panel.iconPath = new vscode.ThemeIcon('file-media');
    panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    panel.onDidDispose(() => {
      this.#catalogue.dispose();
      this.#contents.dispose();
      this.#drawn.reset();
    });
    const { dir } = runPathsOf({ store: run.store, run });
    showPage(panel.webview, parts.extensionUri, 'media', vscode.l10n.t('Media'), vscode.Uri.file(dir));
  }

  /** Runs were written to. */
  storeChanged({ store, runIds }: StoreChange): void {
    if (store !== this.run.store || (runIds.size > 0 && !runIds.has(this.run.id))) return;
    if (!this.#ready || !this.panel.visible) return;
    this.#catalogue.request();
    this.#contents.request();
  }

  #receive(message: unknown): void {
    const parsed = mediaPanelMessageSchema.safeParse(message);
    if (parsed.success)
      this.#answer(parsed.data).catch((error: unknown) => void this.#setProblem(errorText(error)));
    else this.#parts.log.warn(`media: message refused: ${z.prettifyError(parsed.error)}`);
  }

  async #answer(message: MediaPanelMessage): Promise<void> {
    const { memory, log } = this.#parts;
    switch (message.type) {
      case 'ready': {
        // The page starts anew after it was hidden: nothing of what was sent is left.
        this.#watched = [];
        this.#sent.clear();
        this.#sentCatalogue = '';
        this.#problem = null;
        this.#drawn.reset();
        this.#ready = true;
        const view = keptViewSchema.safeParse(memory.get(viewKey));
        await this.#post({ type: 'open', strings: mediaStrings(), view: view.success ? view.data : {} });
        this.#catalogue.request();
        return;
      }
      case 'watch': {
        this.#watched = message.cards;
        const visible = new Set(message.cards.map(({ id }) => id));
        // A card that left the view has let its content go.
        for (const id of this.#sent.keys()) if (!visible.has(id)) this.#sent.delete(id);
        this.#contents.request();
        return;
      }
      case 'drawn':
        this.#drawn.drawn(message.revision);
        return;
      case 'viewChanged':
        await memory.update(viewKey, keptViewSchema.parse(message.view));
        return;
      case 'openFile':
        await this.#openFile(message.card);
        return;
      case 'failure':
        log.error(`media: ${message.message}`);
    }
  }

  async #sendCatalogue(): Promise<void> {
    const { label, state, cards } = await this.#parts.client.request('mediaCatalogue', this.run);
    this.panel.title =
      label === '' ? vscode.l10n.t('Media') : vscode.l10n.t('Media: {0}', oneLine(label, 40));
    await this.#setProblem(null);
    const shape = JSON.stringify([state, cards.map(({ id, steps }) => [id, steps.length, steps.at(-1)])]);
    if (shape === this.#sentCatalogue) return;
    this.#sentCatalogue = shape;
    const { store, id } = this.run;
    await this.#post({
      ...{ type: 'catalogue', revision: ++this.#revision, state, cards: [...cards], origin: { store, id } },
    });
  }

  async #sendContents(): Promise<void> {
    const cards = this.#watched;
    if (cards.length === 0) return;
    const contents = await this.#parts.client.request('mediaContents', { ...this.run, cards });
    const fresh = contents.filter(content => {
      const shape = `${content.step} ${content.time} ${content.path ?? ''}`;
      const same = this.#sent.get(content.id) === shape;
      this.#sent.set(content.id, shape);
      return !same;
    });
    if (fresh.length === 0) return;
    const revision = ++this.#revision;
    const drawn = this.#drawn.wait(revision);
    const { webview } = this.panel;
    await this.#post({
      ...{ type: 'contents', revision, contents: fresh.map(content => withAddress(content, webview)) },
    });
    await drawn;
  }

  async #openFile(card: WatchedCard): Promise<void> {
    const [content] = await this.#parts.client.request('mediaContents', { ...this.run, cards: [card] });
    if (content?.path === undefined) return;
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(content.path));
  }

  async #setProblem(message: string | null): Promise<void> {
    if (message !== null) this.#parts.log.error(`media: ${message}`);
    if (message === this.#problem) return;
    this.#problem = message;
    await this.#post({ type: 'problem', message });
  }

  async #post(message: MediaHostMessage): Promise<void> {
    await this.panel.webview.postMessage(message);
  }
}

function withAddress({ path = '', ...content }: PlainContent, webview: vscode.Webview): MediaContent {
  const { shown } = content;
  if (shown.type !== 'image') return { ...content, shown };
  return { ...content, shown: { ...shown, uri: webview.asWebviewUri(vscode.Uri.file(path)).toString() } };
}
