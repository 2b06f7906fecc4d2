/** Making run records of past runs that other tools have kept. Reads files and runs nothing. */
import { basename, relative } from 'node:path';
import * as vscode from 'vscode';
import { importKindNames } from '../../imports/importKind.ts';
import { oneLine } from '../formatText.ts';
import { commandIds } from '../ids.ts';
import type { OpenProject } from '../projects.ts';
import type { RunsModel } from '../runsModel.ts';
import { runWithProgress } from '../runWithProgress.ts';
import type { StoreClient } from '../storeClient.ts';
import type { EngineRequests } from '../worker/engineRequests.ts';
import { chooseProject, projectOf } from './chooseProject.ts';
import type { CommandTable } from './commandHandler.ts';

type Report = EngineRequests['importRuns']['result'];

export interface ImportDependencies {
  readonly client: StoreClient;
  readonly model: RunsModel;
  readonly log: vscode.LogOutputChannel;
  readonly version: string;
}

export function importCommands({ client, model, log, version }: ImportDependencies) {
  return {
    [commandIds.importRuns]: async target => {
      const given = target instanceof vscode.Uri ? target : undefined;
      const project =
        (given === undefined ? undefined : projectOf(model, given)) ??
        (await chooseProject(
          model,
          vscode.l10n.t('Import Existing Runs'),
          vscode.l10n.t('Choose the folder whose runs they become'),
        ));
      if (project === undefined) return;
      const path = given?.fsPath ?? (await choosePath(client, project));
      if (path === undefined) return;
      const { root, store } = project;
      const report = await runWithProgress(
        vscode.l10n.t('Importing runs from {0}', basename(path)),
        async (signal, tell) => {
          try {
            return await client.request(
              'importRuns',
              { path, root, store, toolVersion: version },
              signal,
              ({ done, total }) => tell(vscode.l10n.t('{0} of {1}', done, total)),
            );
          } finally {
            // Also after a cancel: what was imported until then is there.
            model.storeChanged({ store, runIds: new Set() });
          }
        },
      );
      void tellReport(report, log);
    },
  } satisfies Partial<CommandTable>;
}

interface PathPick extends vscode.QuickPickItem {
  readonly path?: string;
  readonly dialog?: 'folder' | 'file';
}

/** What was found in the folder, else anything that the person names. */
async function choosePath(client: StoreClient, project: OpenProject): Promise<string | undefined> {
  const found = await client.request('findImports', { folder: project.folder.uri.fsPath });
  const picks: PathPick[] = [
    ...found.map(({ path, kind }): PathPick => ({
      path,
      label: relative(project.folder.uri.fsPath, path),
      description: importKindNames[kind],
      iconPath: new vscode.ThemeIcon('history'),
    })),
    {
      dialog: 'folder',
      label: vscode.l10n.t('Choose a Folder…'),
      description: vscode.l10n.t('mlruns, event files of TensorBoard, dvclive, wandb'),
      iconPath: vscode.ThemeIcon.Folder,
    },
    {
      dialog: 'file',
      label: vscode.l10n.t('Choose a File…'),
      description: vscode.l10n.t('mlflow.db, or a .wandb file'),
      iconPath: vscode.ThemeIcon.File,
    },
  ];
  const picked = await vscode.window.showQuickPick(picks, {
    title: vscode.l10n.t('Import Existing Runs'),
    placeHolder: vscode.l10n.t('Choose where the runs are'),
    ignoreFocusOut: true,
  });
  if (picked?.dialog === undefined) return picked?.path;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Import Existing Runs'),
      openLabel: vscode.l10n.t('Import'),
      defaultUri: project.folder.uri,
      canSelectFolders: picked.dialog === 'folder',
      canSelectFiles: picked.dialog === 'file',
    })) ?? [];
  return chosen?.fsPath;
}

const loggedSkipped = 200;

async function tellReport(report: Report, log: vscode.LogOutputChannel): Promise<void> {
  const { kind, imported, renewed, unchanged, recorded, skipped } = report;
  for (const { what, id } of recorded.slice(0, loggedSkipped))
    log.info(`import: ${oneLine(what)} is already recorded as run ${id}`);
  for (const { what, why } of skipped.slice(0, loggedSkipped))
    log.warn(`import: left out ${oneLine(what)}: ${oneLine(why, 400)}`);
  const parts = [
    imported.length === 1
      ? vscode.l10n.t('1 run imported from {0}', importKindNames[kind])
      : vscode.l10n.t('{0} runs imported from {1}', imported.length, importKindNames[kind]),
  ];
  if (renewed.length > 0) parts.push(vscode.l10n.t('{0} renewed', renewed.length));
  if (unchanged.length > 0) parts.push(vscode.l10n.t('{0} unchanged', unchanged.length));
  if (recorded.length > 0) parts.push(vscode.l10n.t('{0} already recorded', recorded.length));
  if (skipped.length === 0) {
    void vscode.window.showInformationMessage(`${parts.join(', ')}.`);
    return;
  }
  parts.push(vscode.l10n.t('{0} left out', skipped.length));
  const showOutput = vscode.l10n.t('Show Output');
  const answer = await vscode.window.showWarningMessage(`${parts.join(', ')}.`, showOutput);
  if (answer === showOutput) log.show();
}
