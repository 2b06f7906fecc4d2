/**
 * Selects a run in the tree, as soon as the tree knows it. A courtesy: a short run goes from one group to another
 * while it is looked for, and then it is looked for again, a few times, and never an error.
 */
import type * as vscode from 'vscode';
import type { RunsModel } from './runsModel.ts';
import type { ExperimentsTree } from './tree/experimentsTree.ts';
import type { TreeNode } from './tree/treeNodes.ts';

const tries = 3;

export async function revealRun(
  target: { readonly store: string; readonly id: string },
  model: RunsModel,
  tree: ExperimentsTree,
  view: vscode.TreeView<TreeNode>,
): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    await model.nextChange();
    try {
      const node = await tree.nodeOf(target.store, target.id);
      if (node !== undefined) await view.reveal(node, { select: true, focus: false });
      return;
    } catch {
      // The editor no longer knows the place where the run stood a moment ago.
    }
  }
}
