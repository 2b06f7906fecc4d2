/** What a run that somebody else shared would execute, whole, as read-only text: a message has no room for it. */
import * as vscode from 'vscode';
import type { ConfirmedPlace } from '../../runs/sharedRecord.ts';
import { sharedText } from '../confirmQuestion.ts';
import { schemes } from '../ids.ts';
import type { StoreClient } from '../storeClient.ts';
import type { RunReference } from '../worker/engineRequests.ts';

const places: readonly ConfirmedPlace[] = ['checkout', 'host', 'workspace'];

export class SharedDocuments implements vscode.TextDocumentContentProvider {
  readonly #client: StoreClient;

  constructor(client: StoreClient) {
    this.#client = client;
  }

  async provideTextDocumentContent({ path, query }: vscode.Uri): Promise<string> {
    const [, place, id = ''] = path.split('/');
    const { unconfirmed } = await this.#client.request('forecastFacts', {
      ...{ store: query, id },
      place: places.find(one => one === place) ?? 'checkout',
    });
    return unconfirmed === undefined
      ? `${vscode.l10n.t('Somebody here has agreed to what this run executes.')}\n`
      : sharedText(unconfirmed.facts, vscode.l10n);
  }
}

export async function showShared(
  { store, id }: RunReference,
  place: ConfirmedPlace,
  label: string,
): Promise<void> {
  const name = label.replaceAll(/[/\\?#%*:|"<>]+/g, '-').slice(0, 60);
  const path = `/${place}/${id}/${vscode.l10n.t('What {0} runs', name)}`;
  const uri = vscode.Uri.from({ scheme: schemes.shared, path, query: store });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
}
