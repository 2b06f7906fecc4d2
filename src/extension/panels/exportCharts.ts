/** Saves what charts show: all points as CSV, or one chart as a picture, where the person says. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { runWithProgress } from '../runWithProgress.ts';
import type { StoreClient } from '../storeClient.ts';
import type { RunReference } from '../worker/engineRequests.ts';
import { idsByStore } from './idsByStore.ts';

export async function saveCsv(
  client: StoreClient,
  runs: readonly RunReference[],
  keys: readonly string[],
): Promise<void> {
  const target = await askWhere('metrics.csv', { [vscode.l10n.t('CSV')]: ['csv'] });
  if (target === undefined) return;
  await runWithProgress(vscode.l10n.t('Exporting metrics'), async signal => {
    const parts = await Promise.all(
      idsByStore(runs).map(([store, ids]) => client.request('metricsCsv', { store, ids, keys }, signal)),
    );
    // Every part starts with the line of headings; one is enough.
    const bytes = Buffer.concat(
      parts.map((part, i) => (i === 0 ? part : part.subarray(part.indexOf(10) + 1))),
    );
    await vscode.workspace.fs.writeFile(target, bytes);
  });
}

/** @param png Base64 without prefix. */
export async function savePicture(key: string, png: string): Promise<void> {
  const name = key.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60) || 'chart';
  const target = await askWhere(`${name}.png`, { [vscode.l10n.t('Picture')]: ['png'] });
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, Buffer.from(png, 'base64'));
}

async function askWhere(name: string, filters: Record<string, string[]>): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    filters,
    ...(folder === undefined ? {} : { defaultUri: folder.with({ path: join(folder.path, name) }) }),
  });
}
