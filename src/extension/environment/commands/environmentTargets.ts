/** The project that an environment command is meant for: that of the clicked row, else the only one, else asked. */
import * as vscode from 'vscode';
import { chooseProject } from '../../commands/chooseProject.ts';
import type { RunsModel } from '../../runsModel.ts';
import type { EnvironmentNode } from '../environmentTree.ts';

/** Undefined when the person leaves the question, or nothing is open. Absolute. */
export async function rootOf(
  runs: RunsModel,
  [clicked]: readonly unknown[],
  title: string,
): Promise<string | undefined> {
  if (isNode(clicked) && clicked.row.root !== undefined) return clicked.row.root;
  const project = await chooseProject(runs, title, vscode.l10n.t('Choose a folder'));
  return project?.root;
}

export function isNode(value: unknown): value is EnvironmentNode {
  return typeof value === 'object' && value !== null && 'row' in value;
}
