/** Composition root: makes the parts and hands each what it needs. Nothing else happens here. */
import { performance } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { CommandMemory } from './commandMemory.ts';
import { allCommands } from './commands/allCommands.ts';
import { registerCommands } from './commands/commandHandler.ts';
import { createRunPicker } from './commands/pickRuns.ts';
import { ContextKeys } from './contextKeys.ts';
import { openData } from './data/openData.ts';
import type { DataNode } from './data/dataNodes.ts';
import type { EnvironmentNode } from './environment/environmentTree.ts';
import { openEnvironment } from './environment/openEnvironment.ts';
import { CodeFiles } from './documents/codeFiles.ts';
import { ComparisonDocuments } from './documents/comparisonDocuments.ts';
import { LogDocuments } from './documents/logDocuments.ts';
import { SharedDocuments } from './documents/sharedDocuments.ts';
import { GitLogins } from './gitLogins.ts';
import { HealthModel } from './healthModel.ts';
import { schemes, viewIds } from './ids.ts';
import { offerMetricLines } from './offerMetricLines.ts';
import { chooseChartRuns } from './panels/chooseChartRuns.ts';
import { LazyPanels } from './panels/lazyPanels.ts';
import { Reproductions } from './reproductions.ts';
import { revealRun } from './revealRun.ts';
import { RunLinks } from './runLinks.ts';
import { RunsModel } from './runsModel.ts';
import { RunsViewState } from './runsViewState.ts';
import { createRunStarter } from './startRun.ts';
import { createStatusBar } from './statusBar.ts';
import { StoreClient } from './storeClient.ts';
import { offerTerminalCommand } from './terminal/terminalCommand.ts';
import { ExperimentsTree } from './tree/experimentsTree.ts';
import type { TreeNode } from './tree/treeNodes.ts';
import { showTreeMessage } from './treeMessage.ts';

/** For other extensions, and for the tests that look at the tree as it is. */
export interface LockstepApi {
  readonly experiments: vscode.TreeDataProvider<unknown>;
  readonly data: vscode.TreeDataProvider<DataNode>;
  readonly environment: vscode.TreeDataProvider<EnvironmentNode>;
  /** Follows links to runs, as the editor asks for it. */
  readonly links: vscode.UriHandler;
}

export function activate(context: vscode.ExtensionContext): LockstepApi {
  const started = performance.now();
  const log = vscode.window.createOutputChannel('Lockstep', { log: true });
  const onError = (error: unknown): void =>
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'worker.cjs').fsPath;
  const client = new StoreClient(script, {
    onChange: change => {
      panels.storeChanged(change);
      model.storeChanged(change);
    },
    onLog: (level, text) => log[level](text),
    onStopped: () => model.workerStopped(),
  });
  const logins = new GitLogins(context.secrets);
  const viewState = new RunsViewState(context.workspaceState);
  const contextKeys = new ContextKeys();
  const model = new RunsModel(client, viewState, contextKeys, onError);
  const health = new HealthModel(client, model, context.workspaceState, onError);
  const tree = new ExperimentsTree(client, model, viewState, health);
  const view = vscode.window.createTreeView<TreeNode>(viewIds.experiments, {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const logs = new LogDocuments(client, contextKeys);
  const comparisons = new ComparisonDocuments(client);
  const reveal = (store: string, id: string): Promise<void> => revealRun({ store, id }, model, tree, view);
  const { version } = context.extension.packageJSON as { readonly version: string };
  const tool = {
    supervisorScript: vscode.Uri.joinPath(context.extensionUri, 'dist', 'supervisor.cjs').fsPath,
    toolVersion: version,
  };
  const starter = createRunStarter(client, model, tool, reveal);
  const reproductions = new Reproductions({ client, logins, model, starter, tool });
  const memory = new CommandMemory(context.workspaceState);
  const panels = new LazyPanels({
    ...{ client, log, reproductions, extensionUri: context.extensionUri, memory: context.workspaceState },
    chooseRuns: shown =>
      chooseChartRuns(
        createRunPicker(client, model, () => []),
        shown,
      ),
  });
  const data = openData(context, contextKeys, log, onError);
  const environment = openEnvironment(context, contextKeys, { model, client }, log, onError);
  const links = new RunLinks({ client, logins, model, panels, reveal, log, memento: context.globalState });
  const commands = allCommands({
    ...{ client, logins, model, viewState, tree, view, logs, comparisons },
    ...{
      starter,
      reproductions,
      health,
      memory,
      panels,
      extensionId: context.extension.id,
      log,
      version,
      data,
      environment,
      reveal,
    },
  });

  context.subscriptions.push(
    log,
    client,
    logins,
    viewState,
    model,
    health,
    tree,
    view,
    logs,
    reproductions,
    panels,
    vscode.workspace.registerFileSystemProvider(schemes.file, new CodeFiles(client), { isReadonly: true }),
    vscode.workspace.registerTextDocumentContentProvider(schemes.comparison, comparisons),
    vscode.workspace.registerTextDocumentContentProvider(schemes.shared, new SharedDocuments(client)),
    showTreeMessage(view, model, viewState),
    data.disposable,
    environment.disposable,
    createStatusBar(model, data.model),
    offerTerminalCommand(context),
    offerMetricLines(client, model, onError),
    registerCommands(commands, log),
    vscode.window.registerUriHandler(links),
  );
  model.start();
  data.model.start();
  health.start();
  void links.followPending();
  log.info(`activated in ${(performance.now() - started).toFixed(1)} ms`);
  return { experiments: tree, data: data.tree, environment: environment.tree, links };
}
