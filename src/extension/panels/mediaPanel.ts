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
import { Coalescer } from '../coalescer.ts';
import { oneLine } from '../formatText.ts';
import { runPathsOf } from '../runFolder.ts';
import type { StoreChange, StoreClient } from '../storeClient.ts';
import type { RunReference } from '../worker/engineRequests.ts';
import type { PlainContent } from '../worker/mediaContent.ts';
import { mediaStrings } from './mediaStrings.ts';
import { PanelChannel } from './panelChannel.ts';
import { showPage } from './showPage.ts';

type Answered = Exclude<MediaPanelMessage, { type: 'drawn' | 'failure' }>;

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
  readonly #channel: PanelChannel<MediaHostMessage, MediaPanelMessage>;
  readonly #catalogue: Coalescer;
  readonly #contents: Coalescer;
  #watched: readonly WatchedCard[] = [];
  /** Card id → what was sent of it last, as a short text that differs when something else is to be shown. */
  #sent = new Map<string, string>();
  #sentCatalogue = '';
  #ready = false;

  constructor(panel: vscode.WebviewPanel, run: RunReference, parts: MediaPanelParts) {
    this.panel = panel;
    this.run = run;
    this.#parts = parts;
    this.#channel = new PanelChannel({
      ...{ panel, name: 'media', log: parts.log, schema: mediaPanelMessageSchema },
      answer: message => this.#answer(message),
    });
    const { fail } = this.#channel;
    this.#catalogue = new Coalescer(() => this.#sendCatalogue(), fail, 0);
    this.#contents = new Coalescer(() => this.#sendContents(), fail, 0);
    panel.iconPath = new vscode.ThemeIcon('file-media');
    panel.onDidDispose(() => {
      this.#catalogue.dispose();
      this.#contents.dispose();
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

  async #answer(message: Answered): Promise<void> {
    const { memory } = this.#parts;
    switch (message.type) {
      case 'ready': {
        // The page starts anew after it was hidden: nothing of what was sent is left.
        this.#watched = [];
        this.#sent.clear();
        this.#sentCatalogue = '';
        this.#channel.restart();
        this.#ready = true;
        const view = keptViewSchema.safeParse(memory.get(viewKey));
        await this.#channel.post({
          type: 'open',
          strings: mediaStrings(),
          view: view.success ? view.data : {},
        });
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
      case 'viewChanged':
        await memory.update(viewKey, keptViewSchema.parse(message.view));
        return;
      case 'openFile':
        await this.#openFile(message.card);
    }
  }

  async #sendCatalogue(): Promise<void> {
    const { label, state, cards } = await this.#parts.client.request('mediaCatalogue', this.run);
    this.panel.title =
      label === '' ? vscode.l10n.t('Media') : vscode.l10n.t('Media: {0}', oneLine(label, 40));
    await this.#channel.setProblem(null);
    const shape = JSON.stringify([state, cards.map(({ id, steps }) => [id, steps.length, steps.at(-1)])]);
    if (shape === this.#sentCatalogue) return;
    this.#sentCatalogue = shape;
    const { store, id } = this.run;
    const revision = this.#channel.nextRevision();
    await this.#channel.post({
      ...{ type: 'catalogue', revision, state, cards: [...cards], origin: { store, id } },
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
    const { webview } = this.panel;
    await this.#channel.postAndWait({
      type: 'contents',
      revision: this.#channel.nextRevision(),
      contents: fresh.map(content => withAddress(content, webview)),
    });
  }

  async #openFile(card: WatchedCard): Promise<void> {
    const [content] = await this.#parts.client.request('mediaContents', { ...this.run, cards: [card] });
    if (content?.path === undefined) return;
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(content.path));
  }
}

function withAddress({ path = '', ...content }: PlainContent, webview: vscode.Webview): MediaContent {
  const { shown } = content;
  if (shown.type !== 'image') return { ...content, shown };
  return { ...content, shown: { ...shown, uri: webview.asWebviewUri(vscode.Uri.file(path)).toString() } };
}
