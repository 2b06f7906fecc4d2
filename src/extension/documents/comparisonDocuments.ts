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
    return this.#client.request('comparison', parseUri(uri));
  }

  /** Older run left. */
  async showPair(older: RunRow, newer: RunRow): Promise<void> {
    const { store } = older;
    const ids = [older.run.id, newer.run.id];
    await vscode.commands.executeCommand(
      'vscode.diff',
      comparisonUri(older.label, { store, ids, column: 0 }),
      comparisonUri(newer.label, { store, ids, column: 1 }),
      `${older.label} ↔ ${newer.label}`,
    );
  }

  async showTable(rows: readonly RunRow[]): Promise<void> {
    const ids = rows.map(row => row.run.id);
    const title = vscode.l10n.t('{0} runs compared', rows.length);
    const uri = comparisonUri(title, { store: rows[0]?.store ?? '', ids });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }
}

interface ComparisonReference {
  readonly store: string;
  readonly ids: readonly string[];
  /** One run of them; the table of all when left out. */
  readonly column?: number;
}

function comparisonUri(title: string, reference: ComparisonReference): vscode.Uri {
  const name = title.replaceAll(/[/\\?#%*:|"<>]+/g, '-').slice(0, 60);
  return vscode.Uri.from({ scheme: schemes.comparison, path: `/${name}`, query: JSON.stringify(reference) });
}

function parseUri(uri: vscode.Uri): ComparisonReference {
  const query = JSON.parse(uri.query) as unknown;
  if (typeof query !== 'object' || query === null || !('store' in query && 'ids' in query))
    return { store: '', ids: [] };
  const { store, ids } = query;
  return {
    store: typeof store === 'string' ? store : '',
    ids: Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : [],
    ...('column' in query && typeof query.column === 'number' ? { column: query.column } : {}),
  };
}
