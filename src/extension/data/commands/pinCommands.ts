/** Pinning: a file or folder for the first time, and what was changed as a new version. */
import * as vscode from 'vscode';
import type { PinResult } from '../../../data/operations/addData.ts';
import type { CommandTable } from '../../commands/commandHandler.ts';
import { oneLine } from '../../formatText.ts';
import { commandIds } from '../../ids.ts';
import { requireTrust } from '../../trust.ts';
import type { DataClient } from '../dataClient.ts';
import { relativeTo, type DataModel, type OpenPlace } from '../dataModel.ts';
import { runDataTask } from '../runDataTask.ts';
import { absolutePaths, targetOf } from './dataTargets.ts';

export interface PinDependencies {
  readonly client: DataClient;
  readonly model: DataModel;
  readonly log: vscode.LogOutputChannel;
}

export function pinCommands({ client, model, log }: PinDependencies) {
  return {
    [commandIds.pinData]: async (...args) => {
      if (!(await requireTrust())) return;
      await model.ready;
      const uris = await chosenUris(model, args);
      const [first] = uris;
      const place = first === undefined ? undefined : placeAround(model, first);
      if (place === undefined) return;
      const { root, hasData } = place;
      const paths = uris.map(uri => uri.fsPath);
      const result = await runDataTask(model, root, vscode.l10n.t('Pinning'), (signal, onProgress) =>
        client.request('add', { root, paths }, signal, onProgress),
      );
      if (!hasData) model.reload();
      tellPinned(result, log);
    },
    [commandIds.commitData]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Pin New Version');
      const target = await targetOf(model, args, { title, offer: ({ state }) => state === 'modified' });
      if (target === undefined) return;
      const { root } = target.place;
      const result = await runDataTask(model, root, title, (signal, onProgress) =>
        client.request('commit', { root, paths: absolutePaths(target) }, signal, onProgress),
      );
      tellPinned(result, log);
    },
  } satisfies Partial<CommandTable>;
}

async function chosenUris(model: DataModel, [first, selection]: readonly unknown[]): Promise<vscode.Uri[]> {
  if (Array.isArray(selection) && selection.every(one => one instanceof vscode.Uri) && selection.length > 0)
    return selection;
  if (first instanceof vscode.Uri) return [first];
  const [place] = model.snapshot.places;
  const title = vscode.l10n.t('Pin File or Folder');
  const folder = vscode.l10n.t('A Folder…');
  const kind = await vscode.window.showQuickPick([vscode.l10n.t('A File…'), folder], { title });
  if (kind === undefined) return [];
  const chosen = await vscode.window.showOpenDialog({
    ...{ title, openLabel: vscode.l10n.t('Pin'), canSelectMany: true },
    ...{ canSelectFolders: kind === folder, canSelectFiles: kind !== folder },
    ...(place === undefined ? {} : { defaultUri: place.folder.uri }),
  });
  return chosen ?? [];
}

function placeAround(model: DataModel, uri: vscode.Uri): OpenPlace | undefined {
  return model.snapshot.places.find(({ root }) => relativeTo(root, uri.fsPath) !== undefined);
}

function tellPinned(
  { pinned, initialised, toStage, staged, problems }: PinResult,
  log: vscode.LogOutputChannel,
): void {
  for (const { path, what } of problems) log.warn(`data: ${oneLine(path)}: ${oneLine(what, 400)}`);
  const changed = pinned.filter(({ change }) => change !== 'same');
  const [only] = changed;
  const told =
    only === undefined
      ? vscode.l10n.t('Nothing changed: the pin says so already.')
      : changed.length === 1
        ? vscode.l10n.t('{0} is pinned.', oneLine(only.path))
        : vscode.l10n.t('{0} paths are pinned.', changed.length);
  const parts = [told];
  if (initialised !== undefined) parts.push(vscode.l10n.t('A data repository (.dvc) was begun.'));
  if (only !== undefined && !staged)
    parts.push(
      vscode.l10n.t(
        'Commit {0} to git to keep this version.',
        toStage.map(path => oneLine(path, 60)).join(', '),
      ),
    );
  if (problems.length === 0) {
    void vscode.window.showInformationMessage(parts.join(' '));
    return;
  }
  parts.push(vscode.l10n.t('{0} problems.', problems.length));
  const showOutput = vscode.l10n.t('Show Output');
  void vscode.window.showWarningMessage(parts.join(' '), showOutput).then(answer => {
    if (answer === showOutput) log.show();
  });
}
