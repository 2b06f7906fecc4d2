/**
 * The log of a run as a read-only document that follows: the end of the largest log at once, the rest on demand.
 * While a log is visible and its run lives, its size is looked at twice a second; otherwise nothing happens.
 */
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ContextKeys } from '../contextKeys.ts';
import { schemes } from '../ids.ts';
import { formatBytes } from '../../series/formatBytes.ts';
import { runPathsOf } from '../runFolder.ts';
import type { StoreClient } from '../storeClient.ts';
import type { LogStart } from '../worker/logWindow.ts';
import type { RunRow } from '../worker/runsView.ts';

const firstBytes = 512 * 1024;
/** VS Code itself gives up on larger documents. */
const mostBytes = 32 * 1024 * 1024;
const lookMs = 500;

interface OpenLog {
  readonly uri: vscode.Uri;
  readonly store: string;
  readonly id: string;
  bytes: number;
  start: LogStart | undefined;
  size: number;
}

export class LogDocuments implements vscode.TextDocumentContentProvider {
  readonly #client: StoreClient;
  readonly #contextKeys: ContextKeys;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #open = new Map<string, OpenLog>();
  readonly #subscriptions: { dispose(): unknown }[];
  readonly onDidChange = this.#changed.event;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: StoreClient, contextKeys: ContextKeys) {
    this.#client = client;
    this.#contextKeys = contextKeys;
    this.#subscriptions = [
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(schemes.log, this),
      vscode.workspace.onDidCloseTextDocument(document => this.#open.delete(document.uri.toString())),
      vscode.workspace.onDidChangeTextDocument(event => followEnd(event)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#look()),
      vscode.window.onDidChangeActiveTextEditor(() => void this.#showWhetherEarlier()),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Opens the log at its end. */
  async show(row: RunRow): Promise<void> {
    const document = await vscode.workspace.openTextDocument(logUri(row));
    const editor = await vscode.window.showTextDocument(document, { preview: false });
    revealEnd(editor);
    this.#look();
  }

  /** Shows ten times as much of the visible log's past; what does not fit an editor is left to the file itself. */
  async showEarlier(uri: vscode.Uri): Promise<void> {
    const log = this.#logOf(uri);
    if (log.bytes >= mostBytes) {
      const { stdout } = runPathsOf({ store: log.store, run: log });
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(stdout));
      return;
    }
    log.bytes = Math.min(log.bytes * 10, mostBytes);
    log.start = undefined;
    this.#changed.fire(uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const log = this.#logOf(uri);
    const { bytes } = log;
    const window = await this.#client.request('logWindow', {
      store: log.store,
      id: log.id,
      bytes,
      ...(log.start === undefined ? {} : { start: log.start }),
    });
    // Who asked for more meanwhile gets it from the next reading, which must not start where this one did.
    if (log.bytes === bytes) log.start = window.start;
    log.size = window.size;
    void this.#showWhetherEarlier();
    const hidden = window.start.stdout + window.start.stderr;
    const parts: string[] = [];
    if (hidden > 0)
      parts.push(
        vscode.l10n.t('… {0} before this. Show Earlier Output is in the title bar.', formatBytes(hidden)),
      );
    if (window.stdout !== '') parts.push(window.stdout.replace(/\n$/, ''));
    if (window.stderr !== '')
      parts.push(`──── ${vscode.l10n.t('standard error')} ────`, window.stderr.replace(/\n$/, ''));
    if (parts.length === 0) parts.push(vscode.l10n.t('Nothing was printed so far.'));
    return parts.join('\n') + '\n';
  }

  #logOf(uri: vscode.Uri): OpenLog {
    const known = this.#open.get(uri.toString());
    if (known !== undefined) return known;
    const { store, id } = parseLogUri(uri);
    const log: OpenLog = { uri, store, id, bytes: firstBytes, start: undefined, size: 0 };
    this.#open.set(uri.toString(), log);
    return log;
  }

  async #showWhetherEarlier(): Promise<void> {
    const uri = vscode.window.activeTextEditor?.document.uri.toString();
    const start = uri === undefined ? undefined : this.#open.get(uri)?.start;
    await this.#contextKeys.set({ earlierLog: start !== undefined && start.stdout + start.stderr > 0 });
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const visible = this.#visible();
    if (visible.length === 0) return;
    this.#timer = setTimeout(() => {
      void Promise.all(visible.map(log => this.#lookAt(log))).then(() => this.#look());
    }, lookMs);
  }

  async #lookAt(log: OpenLog): Promise<void> {
    const { stdout, stderr } = runPathsOf({ store: log.store, run: log });
    const sizes = await Promise.all([sizeOf(stdout), sizeOf(stderr)]);
    if (sizes[0] + sizes[1] !== log.size) this.#changed.fire(log.uri);
  }

  #visible(): OpenLog[] {
    return vscode.window.visibleTextEditors
      .filter(({ document }) => document.uri.scheme === schemes.log)
      .map(({ document }) => this.#logOf(document.uri));
  }
}

function logUri(row: RunRow): vscode.Uri {
  const name = row.label.replaceAll(/[/\\?#%*:|"<>]+/g, '-').slice(0, 60);
  return vscode.Uri.from({
    scheme: schemes.log,
    path: `/${row.run.id}/${name === '' ? row.run.id.slice(-6) : name}.log`,
    query: JSON.stringify({ store: row.store }),
  });
}

function parseLogUri(uri: vscode.Uri): { readonly store: string; readonly id: string } {
  const [, id = ''] = uri.path.split('/');
  const query = JSON.parse(uri.query) as unknown;
  const store =
    typeof query === 'object' && query !== null && 'store' in query && typeof query.store === 'string'
      ? query.store
      : '';
  return { store, id };
}

/** A reader at the end stays there; one who scrolled up is left alone. */
function followEnd({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
  if (document.uri.scheme !== schemes.log || contentChanges.length === 0) return;
  const added = contentChanges.reduce((lines, { text }) => lines + text.split('\n').length, 0);
  for (const editor of vscode.window.visibleTextEditors) {
    if (editor.document !== document) continue;
    const lastSeen = editor.visibleRanges.at(-1)?.end.line ?? 0;
    if (lastSeen >= document.lineCount - added - 3) revealEnd(editor);
  }
}

function revealEnd(editor: vscode.TextEditor): void {
  const end = new vscode.Position(Math.max(0, editor.document.lineCount - 1), 0);
  editor.revealRange(new vscode.Range(end, end));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    found => found.size,
    () => 0,
  );
}
