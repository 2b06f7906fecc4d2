/** Selects a run in the tree, as soon as the tree knows it. */
import type * as vscode from 'vscode';
import type { RunsModel } from './runsModel.ts';
import type { ExperimentsTree } from './tree/experimentsTree.ts';
import type { TreeNode } from './tree/treeNodes.ts';

export async function revealRun(
  target: { readonly store: string; readonly id: string },
  model: RunsModel,
  tree: ExperimentsTree,
  view: vscode.TreeView<TreeNode>,
): Promise<void> {
  await model.nextChange();
  const node = await tree.nodeOf(target.store, target.id);
  if (node !== undefined) await view.reveal(node, { select: true, focus: false });
}
