/** Puts the environment side of the editor together: thread, model, tree, log. */
import * as vscode from 'vscode';
import type { ContextKeys, ContextValues } from '../contextKeys.ts';
import { devContainersExtension, viewIds } from '../ids.ts';
import type { RunsModel } from '../runsModel.ts';
import type { StoreClient } from '../storeClient.ts';
import { EnvironmentClient } from './environmentClient.ts';
import { EnvironmentLog } from './environmentLog.ts';
import { EnvironmentModel, type EnvironmentSnapshot } from './environmentModel.ts';
import { EnvironmentTree, type EnvironmentNode } from './environmentTree.ts';
import { hasSomething } from './rows/environmentRows.ts';
import { machineText } from './rows/machineRow.ts';

export interface EnvironmentParts {
  readonly client: EnvironmentClient;
  readonly model: EnvironmentModel;
  readonly tree: EnvironmentTree;
  readonly view: vscode.TreeView<EnvironmentNode>;
  readonly output: EnvironmentLog;
  /** For context.subscriptions. */
  readonly disposable: vscode.Disposable;
}

export function openEnvironment(
  context: vscode.ExtensionContext,
  contextKeys: ContextKeys,
  runs: { readonly model: RunsModel; readonly client: StoreClient },
  log: vscode.LogOutputChannel,
  onError: (error: unknown) => void,
): EnvironmentParts {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'environment-host.cjs').fsPath;
  const client = new EnvironmentClient(script, {
    onNotice: () => model.changed(),
    onLog: (level, text) => log[level](text),
    onStopped: () => model.hostStopped(),
  });
  const model = new EnvironmentModel(client, runs.model, runs.client, onError);
  const tree = new EnvironmentTree(model);
  const output = new EnvironmentLog();
  const view = vscode.window.createTreeView<EnvironmentNode>(viewIds.environment, {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  const say = (snapshot: EnvironmentSnapshot): void => {
    // The first row says it where there are rows.
    const empty = !hasSomething(snapshot.view);
    view.description = snapshot.looked && empty ? machineText(snapshot.view.machine, vscode.l10n) : '';
    void contextKeys.set({
      environmentState: stateOf(snapshot),
      canCreateEnvironment: canCreate(snapshot),
      devContainers: vscode.extensions.getExtension(devContainersExtension) !== undefined,
    });
  };
  const disposable = vscode.Disposable.from(
    client,
    model,
    tree,
    output,
    view,
    view.onDidChangeVisibility(({ visible }) => model.setVisible(visible)),
    model.onDidChange(say),
    vscode.workspace.onDidGrantWorkspaceTrust(() => say(model.snapshot)),
  );
  say(model.snapshot);
  model.setVisible(view.visible);
  return { client, model, tree, view, output, disposable };
}

function stateOf({ view, looked }: EnvironmentSnapshot): ContextValues['environmentState'] {
  if ((vscode.workspace.workspaceFolders ?? []).length === 0) return 'noFolder';
  if (!vscode.workspace.isTrusted) return 'untrusted';
  if (!looked) return 'looking';
  return hasSomething(view) ? 'ready' : 'none';
}

/** Whether there is a project without a devcontainer. */
function canCreate({ view, looked }: EnvironmentSnapshot): boolean {
  return looked && view.projects.some(({ configs }) => configs.length === 0);
}
