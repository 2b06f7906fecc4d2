/** How a line of a section looks in the tree, and what a click on it opens. */
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import type { LeafNode } from './treeNodes.ts';

export function leafItem(node: LeafNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label);
  item.id = node.id;
  item.description = node.description;
  item.tooltip = node.tooltip ?? `${node.label}  ${node.description}`;
  item.iconPath = new vscode.ThemeIcon(
    node.icon,
    node.colour === undefined ? undefined : new vscode.ThemeColor(node.colour),
  );
  if (node.context !== undefined) item.contextValue = node.context;
  if (node.context === 'artifact')
    item.command = {
      command: commandIds.openArtifact,
      title: vscode.l10n.t('Open Artifact'),
      arguments: [node],
    };
  return item;
}
