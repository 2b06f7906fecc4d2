/** How the rows around the runs look: projects, groups, and the rest of a long list. */
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import type { Grouping, RunOutline } from '../worker/runsView.ts';
import { groupLabel } from './groupLabel.ts';
import type { GroupNode, MoreNode, ProjectNode } from './treeNodes.ts';

/** The first groups stand open; the rest of history waits. */
const openGroups = 3;

export function projectItem(node: ProjectNode, outline: RunOutline | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(node.project.folder.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = node.id;
  item.description =
    (outline?.live ?? 0) > 0 ? vscode.l10n.t('{0} running', outline?.live ?? 0) : String(outline?.total ?? 0);
  item.tooltip = node.project.root;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.contextValue = 'project';
  return item;
}

export function groupItem(
  node: GroupNode,
  grouping: Grouping,
  outline: RunOutline | undefined,
): vscode.TreeItem {
  const index = outline?.groups.findIndex(group => group.key === node.key) ?? -1;
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const label = groupLabel(grouping, node.key);
  const item = new vscode.TreeItem(label, index < openGroups ? Expanded : Collapsed);
  const count = outline?.groups[index]?.count ?? 0;
  item.id = node.id;
  item.description = String(count);
  item.contextValue = 'group';
  item.tooltip = label;
  item.accessibilityInformation = { label: vscode.l10n.t('{0}, {1} runs', label, count) };
  return item;
}

export function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Show More'));
  item.id = node.id;
  item.description = vscode.l10n.t('{0} not shown', node.remaining);
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.contextValue = 'more';
  item.command = { command: commandIds.showMore, title: vscode.l10n.t('Show More'), arguments: [node] };
  return item;
}
