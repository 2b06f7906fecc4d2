/** Runs as read-only text: two of them in the diff editor, more of them in one table. */
import * as vscode from 'vscode';
import { schemes } from '../ids.ts';
import type { StoreClient } from '../storeClient.ts';
import type { RunRow } from '../worker/runsView.ts';

export class ComparisonDocuments implements vscode.TextDocumentContentProvider {
  readonly #client: StoreClient;

  constructor(client: StoreClient) {
    this.#client = client;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { store, ids } = parseUri(uri);
    return ids.length === 1
      ? this.#client.request('runText', { store, id: ids[0] ?? '' })
      : this.#client.request('runsTable', { store, ids });
  }

  /** Older run left. */
  async showPair(older: RunRow, newer: RunRow): Promise<void> {
    await vscode.commands.executeCommand(
      'vscode.diff',
      comparisonUri(older.store, [older.run.id], older.label),
      comparisonUri(newer.store, [newer.run.id], newer.label),
      `${older.label} ↔ ${newer.label}`,
    );
  }

  async showTable(rows: readonly RunRow[]): Promise<void> {
    const ids = rows.map(row => row.run.id);
    const title = vscode.l10n.t('{0} runs compared', rows.length);
    const uri = comparisonUri(rows[0]?.store ?? '', ids, title);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }
}

function comparisonUri(store: string, ids: readonly string[], title: string): vscode.Uri {
  const name = title.replaceAll(/[/\\?#%*:|"<>]+/g, '-').slice(0, 60);
  return vscode.Uri.from({
    scheme: schemes.comparison,
    path: `/${name}`,
    query: JSON.stringify({ store, ids }),
  });
}

function parseUri(uri: vscode.Uri): { readonly store: string; readonly ids: readonly string[] } {
  const query = JSON.parse(uri.query) as unknown;
  if (typeof query !== 'object' || query === null || !('store' in query && 'ids' in query))
    return { store: '', ids: [] };
  const { store, ids } = query;
  return {
    store: typeof store === 'string' ? store : '',
    ids: Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : [],
  };
}
