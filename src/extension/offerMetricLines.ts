/**
 * "12 lines look like metrics: chart them?" Asked once for a command, when a live run has printed such lines and has
 * no metric yet. The answer is remembered with the store, so the command line knows it, too.
 */
import * as vscode from 'vscode';
import type { PreviewedMetric } from '../tracking/previewMetricLines.ts';
import { oneLine } from './formatText.ts';
import { previewMetrics } from './previewMetrics.ts';
import type { RunsModel } from './runsModel.ts';
import type { StoreClient } from './storeClient.ts';

/** So few lines may be anything. */
const fewestLines = 3;
/** A run that printed nothing like a metric in so many looks is left alone. */
const mostLooks = 30;

export function offerMetricLines(
  client: StoreClient,
  model: RunsModel,
  onError: (error: unknown) => void,
): vscode.Disposable {
  const looks = new Map<string, number>();
  let asking = false;
  // Asked anew after each wait.
  const isAsking = (): boolean => asking;

  const look = async (store: string, id: string): Promise<void> => {
    const seen = looks.get(id) ?? 0;
    if (isAsking() || seen >= mostLooks) return;
    looks.set(id, seen + 1);
    const { lines, keys, choice } = await client.request('metricLines', { store, id });
    if (choice !== undefined) looks.set(id, mostLooks);
    if (choice !== undefined || lines < fewestLines || isAsking()) return;
    asking = true;
    looks.set(id, mostLooks);
    try {
      const answer = await ask(lines, keys, () => client.request('metricPreview', { store, id }));
      if (answer !== undefined) await client.request('chooseMetricLines', { store, id, chart: answer });
    } finally {
      asking = false;
    }
  };

  return model.onDidChange(({ now, changed }) => {
    if (now.live === 0 || isAsking()) return;
    for (const [store, ids] of changed)
      void client
        .request('rows', { store, ids: [...ids] })
        .then(rows =>
          Promise.all(
            rows
              .filter(({ run }) => run.state === 'running' && Object.keys(run.metrics).length === 0)
              .map(({ run }) => look(store, run.id)),
          ),
        )
        .catch(onError);
  });
}

async function ask(
  lines: number,
  keys: readonly string[],
  preview: () => Promise<readonly PreviewedMetric[]>,
): Promise<boolean | undefined> {
  const chart = vscode.l10n.t('Chart Them');
  const look = vscode.l10n.t('Preview');
  const never = vscode.l10n.t('Not for This Command');
  const names = oneLine(keys.slice(0, 4).join(', '), 80);
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} lines look like metrics ({1}): chart them?', lines, names),
    ...[chart, look, never],
  );
  if (answer === look) return previewMetrics(await preview());
  if (answer === chart) return true;
  return answer === never ? false : undefined;
}
