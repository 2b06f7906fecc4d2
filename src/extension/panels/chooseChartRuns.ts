import * as vscode from 'vscode';
import type { RunPicker } from '../commands/pickRuns.ts';
import type { RunReference } from '../worker/engineRequests.ts';

/** Asks which runs the charts show; those shown now are ticked. Undefined when the person leaves the question. */
export async function chooseChartRuns(
  pick: RunPicker,
  shown: readonly RunReference[],
): Promise<readonly RunReference[] | undefined> {
  const nodes = shown.map(({ store, id }) => ({ kind: 'run', store, runId: id }));
  // One more than there are, so that the picker asks instead of taking the shown ones for the answer.
  const rows = await pick.many(nodes, { title: vscode.l10n.t('Metric Charts'), atLeast: shown.length + 1 });
  return rows?.map(({ store, run }) => ({ store, id: run.id }));
}
