/** Versions of pinned paths: compare, restore one of an earlier commit, and which runs used or made one. */
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { PathVersion } from '../../../data/versionHistory.ts';
import type { CommandTable } from '../../commands/commandHandler.ts';
import { formatTime, oneLine } from '../../formatText.ts';
import { formatBytes } from '../../../series/formatBytes.ts';
import { commandIds } from '../../ids.ts';
import { runWithProgress } from '../../runWithProgress.ts';
import type { StoreClient } from '../../storeClient.ts';
import { requireTrust } from '../../trust.ts';
import type { DataClient } from '../dataClient.ts';
import type { DataModel } from '../dataModel.ts';
import { fileCount, runCount } from '../dataWords.ts';
import { runDataTask } from '../runDataTask.ts';
import { versionFileUri } from '../versionFiles.ts';
import { absolutePaths, targetOf, type DataTarget } from './dataTargets.ts';

export interface VersionDependencies {
  readonly client: DataClient;
  readonly runs: StoreClient;
  readonly model: DataModel;
  /** Selects a run in the Experiments tree. */
  readonly revealRun: (store: string, id: string) => void;
}

const listedVersions = 500;

export function versionCommands({ client, runs, model, revealRun }: VersionDependencies) {
  const chooseVersion = async (target: DataTarget, title: string): Promise<PathVersion | undefined> => {
    const [path = ''] = target.paths;
    const { root } = target.place;
    const versions = await runWithProgress(
      vscode.l10n.t('Reading the history of {0}', basename(path)),
      signal => client.request('versions', { root, path, limit: listedVersions }, signal),
    );
    const picked = await vscode.window.showQuickPick(versions.filter(hasContent).map(versionPick), {
      title,
      placeHolder: vscode.l10n.t('Choose a version'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    return picked?.version;
  };

  return {
    [commandIds.compareData]: async (...args) => {
      const title = vscode.l10n.t('Compare Data with Its Pin');
      const target = await targetOf(model, args, { title, offer: ({ state }) => state === 'modified' });
      if (target !== undefined) await showChanges(client, target, undefined);
    },
    [commandIds.compareDataVersion]: async (...args) => {
      const title = vscode.l10n.t('Compare with Version');
      const target = await targetOf(model, args, { title, offer: () => true });
      if (target === undefined) return;
      const version = await chooseVersion(target, title);
      if (version !== undefined) await showChanges(client, target, version);
    },
    [commandIds.restoreDataVersion]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Restore Version from Commit');
      const target = await targetOf(model, args, { title, offer: () => true });
      if (target === undefined) return;
      const version = await chooseVersion(target, title);
      if (version === undefined) return;
      await restore(client, model, target, version);
    },
    [commandIds.showDataRuns]: async (...args) => {
      const title = vscode.l10n.t('Which Runs Used This');
      const target = await targetOf(model, args, { title, offer: () => true });
      if (target === undefined) return;
      const [path = ''] = target.paths;
      const { root } = target.place;
      const versions = await client.request('versions', { root, path, limit: listedVersions });
      const { store } = await runs.request('locateProject', { folder: root });
      const id = await chooseRun(runs, store, versions, title);
      if (id !== undefined) revealRun(store, id);
    },
    [commandIds.openData]: async (...args) => {
      const [uri] = args;
      if (uri instanceof vscode.Uri) await vscode.commands.executeCommand('vscode.open', uri);
    },
  } satisfies Partial<CommandTable>;
}

function hasContent(version: PathVersion): boolean {
  return version.pinned !== undefined;
}

function versionPick(version: PathVersion): vscode.QuickPickItem & { readonly version: PathVersion } {
  const { commit, subject, author, at, size, files, local, usedBy, madeBy } = version;
  const amount = [files === undefined ? '' : fileCount(files), size === undefined ? '' : formatBytes(size)];
  const runs = [
    madeBy.length > 0 ? vscode.l10n.t('made by {0}', runCount(madeBy.length)) : '',
    usedBy.length > 0 ? vscode.l10n.t('used by {0}', runCount(usedBy.length)) : '',
  ];
  return {
    version,
    label: `$(git-commit) ${commit.slice(0, 7)} ${oneLine(subject, 80)}`,
    description: [...amount, local ? '' : vscode.l10n.t('not here')].filter(part => part !== '').join(' · '),
    detail: [oneLine(author, 60), formatTime(at), ...runs].filter(part => part !== '').join(' · '),
  };
}

/** One file in the diff editor; a folder in the editor for many changes. */
async function showChanges(
  client: DataClient,
  target: DataTarget,
  version: PathVersion | undefined,
): Promise<void> {
  const [path = ''] = target.paths;
  const { root } = target.place;
  const diff = await runWithProgress(vscode.l10n.t('Comparing {0}', basename(path)), signal =>
    client.request(
      'diff',
      { root, paths: absolutePaths(target), ...(version === undefined ? {} : { from: version.commit }) },
      signal,
    ),
  );
  const files = diff.changes.filter(({ folder }) => !folder).slice(0, comparedFiles);
  const name = version === undefined ? vscode.l10n.t('pinned') : version.commit.slice(0, 7);
  if (files.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} is the same as {1}.', oneLine(path), name));
    return;
  }
  const sides = files.map(change => ({
    change,
    resource: vscode.Uri.file(join(root, change.path)),
    before:
      change.from === undefined
        ? undefined
        : versionFileUri(
            { root, output: change.output, object: change.from.object },
            // As long as the other side's: else the editor takes it for a renamed file.
            join(root, change.oldPath ?? change.path),
          ),
    after: change.change === 'deleted' ? undefined : vscode.Uri.file(join(root, change.path)),
  }));
  const [only] = sides;
  if (sides.length === 1 && only?.before !== undefined && only.after !== undefined) {
    const title = vscode.l10n.t('{0} ({1} ↔ Working Tree)', basename(path), name);
    await vscode.commands.executeCommand('vscode.diff', only.before, only.after, title);
    return;
  }
  await vscode.commands.executeCommand(
    'vscode.changes',
    vscode.l10n.t('{0} ({1} ↔ Working Tree)', basename(path), name),
    sides.map(({ resource, before, after }) => [resource, before, after]),
  );
}

const comparedFiles = 200;

async function restore(
  client: DataClient,
  model: DataModel,
  target: DataTarget,
  version: PathVersion,
): Promise<void> {
  const { root } = target.place;
  const [path = ''] = target.paths;
  const run = (force: boolean) =>
    runDataTask(model, root, vscode.l10n.t('Restoring {0}', basename(path)), (signal, onProgress) =>
      client.request(
        'checkout',
        { root, paths: absolutePaths(target), revision: version.commit, force },
        signal,
        onProgress,
      ),
    );
  let result = await run(false);
  if (result.kept.length > 0) {
    const overwrite = vscode.l10n.t('Overwrite');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('{0} would be lost: changed or added, and saved nowhere.', fileCount(result.kept.length)),
      {
        modal: true,
        detail: result.kept
          .slice(0, 10)
          .map(kept => oneLine(kept.path))
          .join('\n'),
      },
      overwrite,
    );
    if (answer !== overwrite) return;
    result = await run(true);
  }
  if (result.missing.length > 0)
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        '{0} of this version are not in the cache. Fetch the data of commit {1} first.',
        fileCount(result.missing.length),
        version.commit.slice(0, 7),
      ),
    );
  else
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} is as in {1} now, and differs from the pin. To keep it, pin it as the new version.',
        oneLine(path),
        version.commit.slice(0, 7),
      ),
    );
}

async function chooseRun(
  client: StoreClient,
  store: string,
  versions: readonly PathVersion[],
  title: string,
): Promise<string | undefined> {
  const uses = new Map<string, string>();
  for (const { commit, usedBy, madeBy } of versions) {
    for (const id of madeBy) uses.set(id, vscode.l10n.t('made the version of {0}', commit.slice(0, 7)));
    for (const id of usedBy)
      if (!uses.has(id)) uses.set(id, vscode.l10n.t('used the version of {0}', commit.slice(0, 7)));
  }
  if (uses.size === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No recorded run used or made it.'));
    return undefined;
  }
  const rows = await client.request('rows', { store, ids: [...uses.keys()] });
  const picked = await vscode.window.showQuickPick(
    rows.map(row => ({
      id: row.run.id,
      label: row.label,
      description: uses.get(row.run.id) ?? '',
      detail: formatTime(row.run.createdAt),
    })),
    { title, placeHolder: vscode.l10n.t('Choose a run to show it') },
  );
  return picked?.id;
}
