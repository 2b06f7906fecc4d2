import * as vscode from 'vscode';

/** "Child Runs 12" below a run whose program logged further runs. */
export function childRunsItem(id: string, count: number): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Child Runs'), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = id;
  item.description = String(count);
  item.iconPath = new vscode.ThemeIcon('list-tree');
  item.contextValue = 'childRuns';
  item.accessibilityInformation = {
    label: count === 1 ? vscode.l10n.t('1 child run') : vscode.l10n.t('{0} child runs', count),
  };
  return item;
}
