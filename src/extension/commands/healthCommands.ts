/** Looking now for what endangers runs, and mending it. */
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import type { HealthModel } from '../healthModel.ts';
import { mendingCommand } from '../mendableProblems.ts';
import type { RunsModel } from '../runsModel.ts';
import { runWithProgress } from '../runWithProgress.ts';
import type { LeafNode } from '../tree/treeNodes.ts';
import { requireTrust } from '../trust.ts';
import type { CommandTable } from './commandHandler.ts';

export function healthCommands(health: HealthModel, model: RunsModel) {
  return {
    [commandIds.checkHealth]: async () => {
      if (!(await requireTrust())) return;
      const found = await runWithProgress(vscode.l10n.t('Checking what starred runs need'), async signal => {
        const stores = model.snapshot.projects.map(({ store }) => store);
        return (
          await Promise.all(stores.map(store => health.check(store, { network: true, signal })))
        ).flat();
      });
      tell(
        found.length,
        found.filter(({ problems }) => problems.length > 0).length,
        found.filter(({ unchecked }) => unchecked.length > 0).length,
      );
    },
    [commandIds.mendHealth]: async node => {
      if (!isMendable(node) || !(await requireTrust())) return;
      const command = mendingCommand(node.target);
      if (command === undefined) return;
      const run = node.parent.kind === 'section' ? node.parent.parent : undefined;
      if (command === commandIds.shareRun) await vscode.commands.executeCommand(command, run);
      else await vscode.commands.executeCommand(command);
      // What was mended is seen at the next look, which is now.
      if (run !== undefined) await health.check(run.store, { ids: [run.runId], network: true });
    },
  } satisfies Partial<CommandTable>;
}

/** Not waited for: the tree shows what was found. */
function tell(checked: number, atRisk: number, unchecked: number): void {
  const { t } = vscode.l10n;
  if (checked === 0)
    void vscode.window.showInformationMessage(
      t('No run is starred. Star the runs that must stay reproducible.'),
    );
  else if (atRisk > 0)
    void vscode.window.showWarningMessage(
      t('{0} of {1} starred runs are at risk. The tree says why, and what to do.', atRisk, checked),
    );
  else if (unchecked > 0)
    void vscode.window.showInformationMessage(
      t('Nothing is known to endanger the starred runs, but not all could be checked.'),
    );
  else void vscode.window.showInformationMessage(t('All {0} starred runs can be reproduced.', checked));
}

function isMendable(node: unknown): node is LeafNode & { readonly target: string } {
  return (
    typeof node === 'object' &&
    node !== null &&
    'kind' in node &&
    node.kind === 'leaf' &&
    'context' in node &&
    node.context === 'mendable'
  );
}
