/** Says above the tree that it does not show everything. */
import * as vscode from 'vscode';
import type { RunsModel } from './runsModel.ts';
import type { RunsViewState } from './runsViewState.ts';
import type { TreeNode } from './tree/treeNodes.ts';

export function showTreeMessage(
  view: vscode.TreeView<TreeNode>,
  model: RunsModel,
  viewState: RunsViewState,
): vscode.Disposable {
  const show = (): void => {
    const { filter } = viewState.view;
    const { total, outlines } = model.snapshot;
    const shown = [...outlines.values()].some(({ groups }) => groups.length > 0);
    const problem = [...outlines.values()].find(({ filterProblem }) => filterProblem !== undefined);
    const words = vscode.l10n.t('Filter: {0}', filter);
    const told = problem === undefined ? words : unreadable(filter, problem.filterProblem ?? '');
    const text = filter.trim() === '' || !shown ? undefined : told;
    // The typings lack that undefined takes the message away.
    view.message = (total === 0 ? undefined : text) as string;
  };
  show();
  return model.onDidChange(show);
}

function unreadable(filter: string, problem: string): string {
  return vscode.l10n.t('The filter {0} cannot be read, so all runs are shown. {1}', filter, problem);
}
