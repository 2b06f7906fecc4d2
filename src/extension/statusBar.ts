/** The one status bar item: what is running. Absent where there are no runs. */
import * as vscode from 'vscode';
import { viewIds } from './ids.ts';
import type { RunsModel } from './runsModel.ts';

export function createStatusBar(model: RunsModel): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('lockstep.runs', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Lockstep Runs');
  item.command = `${viewIds.experiments}.focus`;
  const show = (): void => {
    const { live, total } = model.snapshot;
    if (total === 0) {
      item.hide();
      return;
    }
    item.text =
      live > 0 ? `$(loading~spin) ${vscode.l10n.t('{0} running', live)}` : `$(beaker) ${runCount(total)}`;
    item.tooltip = vscode.l10n.t('Lockstep: show the experiments');
    item.accessibilityInformation = {
      label:
        live > 0
          ? vscode.l10n.t('Lockstep: {0} running of {1}', live, runCount(total))
          : vscode.l10n.t('Lockstep: {0}', runCount(total)),
    };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, model.onDidChange(show));
}

function runCount(total: number): string {
  return total === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', total);
}
