/** Which of the window's projects a command is meant for. */
import * as vscode from 'vscode';
import type { OpenProject } from '../projects.ts';
import type { RunsModel } from '../runsModel.ts';

/** Asks only where there are several; undefined without any, or when the person leaves the question. */
export async function chooseProject(
  model: RunsModel,
  title: string,
  placeHolder: string,
): Promise<OpenProject | undefined> {
  await model.ready;
  const { projects } = model.snapshot;
  if (projects.length <= 1) return projects[0];
  const active = vscode.window.activeTextEditor?.document.uri;
  const first = active === undefined ? undefined : projectOf(model, active);
  const ordered = [...projects].sort((a, b) => Number(b === first) - Number(a === first));
  const picked = await vscode.window.showQuickPick(
    ordered.map(project => ({ project, label: project.folder.name, description: project.root })),
    { title, placeHolder },
  );
  return picked?.project;
}

export function projectOf(model: RunsModel, uri: vscode.Uri): OpenProject | undefined {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (folder === undefined) return undefined;
  const { projects } = model.snapshot;
  return (
    projects.find(project => project.folder.uri.toString() === folder.uri.toString()) ??
    projects.find(({ root }) => uri.fsPath.startsWith(root))
  );
}
