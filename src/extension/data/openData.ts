/** Puts the data side of the editor together: thread, model, tree, decorations, Source Control, commands, sync. */
import * as vscode from 'vscode';
import type { ContextKeys } from '../contextKeys.ts';
import { schemes, viewIds } from '../ids.ts';
import { Credentials } from './credentials.ts';
import { DataClient } from './dataClient.ts';
import { DataDecorations } from './dataDecorations.ts';
import { DataModel, type DataSnapshot } from './dataModel.ts';
import type { DataNode } from './dataNodes.ts';
import { DataSourceControl } from './dataSourceControl.ts';
import { DataTree } from './dataTree.ts';
import { countsOf, summaryWords } from './dataWords.ts';
import { lastHead, SyncOnCheckout } from './syncOnCheckout.ts';
import { VersionFiles } from './versionFiles.ts';

export interface DataParts {
  readonly client: DataClient;
  readonly model: DataModel;
  readonly tree: DataTree;
  readonly view: vscode.TreeView<DataNode>;
  readonly credentials: Credentials;
  /** For context.subscriptions. */
  readonly disposable: vscode.Disposable;
}

export function openData(
  context: vscode.ExtensionContext,
  contextKeys: ContextKeys,
  log: vscode.LogOutputChannel,
  onError: (error: unknown) => void,
): DataParts {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'data-host.cjs').fsPath;
  const memory = context.workspaceState;
  const client = new DataClient(script, {
    onNotice: ({ root, move }) => void sync.moved(root, move),
    onLog: (level, text) => log[level](text),
    onStopped: () => model.reload(),
  });
  const model = new DataModel(client, root => lastHead(memory, root), onError);
  const credentials = new Credentials(context.secrets);
  const sync = new SyncOnCheckout({ client, model, credentials, log, memory });
  const tree = new DataTree(client, model);
  const view = vscode.window.createTreeView<DataNode>(viewIds.data, {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const sourceControl = new DataSourceControl(model);
  const disposable = vscode.Disposable.from(
    client,
    model,
    tree,
    view,
    sourceControl,
    new DataDecorations(model).register(),
    vscode.workspace.registerFileSystemProvider(schemes.data, new VersionFiles(client), { isReadonly: true }),
    model.onDidChange(snapshot => {
      view.description = descriptionOf(snapshot);
      void contextKeys.set({ dataState: stateOf(snapshot) });
    }),
  );
  return { client, model, tree, view, credentials, disposable };
}

/** Beside the title of the view: `in sync with 3f2a91c`. */
function descriptionOf({ places, views }: DataSnapshot): string {
  const withData = places.filter(({ hasData }) => hasData);
  const [only] = withData;
  const view = only === undefined ? undefined : views.get(only.root);
  if (withData.length !== 1 || view === undefined) return '';
  const counts = countsOf(view.status);
  const words = summaryWords(counts);
  const inSync = counts.modified + counts.behind + counts.toPush === 0;
  return inSync && view.head !== undefined ? vscode.l10n.t('in sync with {0}', view.head.slice(0, 7)) : words;
}

function stateOf({ places }: DataSnapshot): 'noFolder' | 'noData' | 'untrusted' | 'ready' {
  if (places.some(({ hasData }) => hasData)) return 'ready';
  if (places.length === 0) return 'noFolder';
  return vscode.workspace.isTrusted ? 'noData' : 'untrusted';
}
