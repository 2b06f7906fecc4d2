/** The one status bar item: what is running, and whether the data is in sync. Absent where there is neither. */
import * as vscode from 'vscode';
import { countsOf, runCount, summaryWords } from './data/dataWords.ts';
import type { DataModel } from './data/dataModel.ts';
import { viewIds } from './ids.ts';
import type { RunsModel } from './runsModel.ts';

export function createStatusBar(model: RunsModel, data: DataModel): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('lockstep.runs', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Lockstep');
  const show = (): void => {
    const { live, total } = model.snapshot;
    const told = dataWords(data);
    if (total === 0 && told === undefined) {
      item.hide();
      return;
    }
    const runs =
      live > 0 ? vscode.l10n.t('{0} running', live) : told === undefined ? runCount(total) : undefined;
    const words = [runs, told].filter(part => part !== undefined).join(' · ');
    item.text = `${live > 0 ? '$(loading~spin)' : '$(beaker)'} ${words}`;
    item.command = `${live === 0 && told !== undefined ? viewIds.data : viewIds.experiments}.focus`;
    item.tooltip = [total === 0 ? undefined : runCount(total), told]
      .filter(part => part !== undefined)
      .join('\n');
    item.accessibilityInformation = {
      label: vscode.l10n.t(
        'Lockstep: {0}',
        live > 0 ? vscode.l10n.t('{0} running of {1}', live, runCount(total)) : words,
      ),
    };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, model.onDidChange(show), data.onDidChange(show));
}

/** Of all working trees together; undefined where nothing is pinned. */
function dataWords({ snapshot }: DataModel): string | undefined {
  const all = [...snapshot.views.values()].map(({ status }) => countsOf(status));
  if (all.length === 0) return undefined;
  const sum = (key: keyof ReturnType<typeof countsOf>): number =>
    all.reduce((total, counts) => total + counts[key], 0);
  return vscode.l10n.t(
    'data {0}',
    summaryWords({ modified: sum('modified'), behind: sum('behind'), toPush: sum('toPush') }),
  );
}
