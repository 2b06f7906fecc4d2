/** Bringing data here and giving it away: pull, push, fetch of single paths, restore of what was changed. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CheckoutResult } from '../../../data/operations/checkoutData.ts';
import type { KeptFile, Problem, TroubledObject } from '../../../data/operations/dataResult.ts';
import type { CommandTable } from '../../commands/commandHandler.ts';
import { oneLine } from '../../formatText.ts';
import { formatBytes } from '../../../series/formatBytes.ts';
import { commandIds } from '../../ids.ts';
import { requireTrust } from '../../trust.ts';
import type { Credentials } from '../credentials.ts';
import type { DataClient } from '../dataClient.ts';
import type { DataModel } from '../dataModel.ts';
import { fileCount } from '../dataWords.ts';
import { runDataTask } from '../runDataTask.ts';
import { absolutePaths, placeOf, targetOf, type DataTarget } from './dataTargets.ts';

export interface TransferDependencies {
  readonly client: DataClient;
  readonly model: DataModel;
  readonly credentials: Credentials;
  readonly log: vscode.LogOutputChannel;
}

export function transferCommands({ client, model, credentials, log }: TransferDependencies) {
  const pull = async (target: DataTarget, force: boolean): Promise<void> => {
    const { root } = target.place;
    const paths = target.paths.length === 0 ? {} : { paths: absolutePaths(target) };
    const result = await runDataTask(model, root, pullTitle(target), (signal, onProgress) =>
      credentials.supply(root, answers =>
        client.request('pull', { root, ...paths, force, answers }, signal, onProgress),
      ),
    );
    if (result !== undefined) void tellPull(result.fetch.missing, result.checkout, log);
  };

  return {
    [commandIds.refreshData]: () => model.reload(),
    [commandIds.pullData]: async (...args) => {
      if (!(await requireTrust())) return;
      const place = await placeOf(model, args, vscode.l10n.t('Pull Data'));
      if (place !== undefined) await pull({ place, paths: [] }, false);
    },
    [commandIds.fetchData]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Get Data');
      const target = await targetOf(model, args, { title, offer: ({ state }) => state !== 'in-sync' });
      if (target !== undefined) await pull(target, false);
    },
    [commandIds.restoreData]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Discard Changes of Data');
      const target = await targetOf(model, args, { title, offer: ({ state }) => state === 'modified' });
      if (target === undefined || !(await confirmDiscard(target.paths))) return;
      await pull(target, true);
    },
    [commandIds.pushData]: async (...args) => {
      if (!(await requireTrust())) return;
      const place = await placeOf(model, args, vscode.l10n.t('Push Data'));
      if (place === undefined) return;
      const { root } = place;
      const result = await runDataTask(model, root, vscode.l10n.t('Pushing data'), (signal, onProgress) =>
        credentials.supply(root, answers => client.request('push', { root, answers }, signal, onProgress)),
      );
      if (result === undefined) return;
      model.moved(root);
      const { moved, missing, problems } = result;
      const told =
        moved.files === 0
          ? vscode.l10n.t('Nothing to push: the remote has everything.')
          : vscode.l10n.t('Pushed {0}, {1}.', fileCount(moved.files), formatBytes(moved.bytes));
      void tell(told, { missing, problems, kept: [] }, log);
    },
  } satisfies Partial<CommandTable>;
}

function pullTitle({ paths: [first, ...others] }: DataTarget): string {
  if (first === undefined) return vscode.l10n.t('Pulling data');
  return others.length === 0
    ? vscode.l10n.t('Getting {0}', basename(first))
    : vscode.l10n.t('Getting {0} and {1} more', basename(first), others.length);
}

async function confirmDiscard(paths: readonly string[]): Promise<boolean> {
  const discard = vscode.l10n.t('Discard Changes');
  const question =
    paths.length === 1
      ? vscode.l10n.t('Discard the changes of {0}?', oneLine(paths[0] ?? ''))
      : vscode.l10n.t('Discard the changes of {0} pinned paths?', paths.length);
  const detail = vscode.l10n.t(
    'The files become what their pins say. What was changed or added there and is not in the cache is lost.',
  );
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, discard);
  return answer === discard;
}

interface Trouble {
  readonly missing: readonly TroubledObject[];
  readonly problems: readonly Problem[];
  readonly kept: readonly KeptFile[];
}

function tellPull(
  fetchMissing: readonly TroubledObject[],
  checkout: CheckoutResult,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const { added, modified, deleted, kept, problems } = checkout;
  const count = added.length + modified.length + deleted.length;
  const told =
    count === 0
      ? vscode.l10n.t('Nothing to change.')
      : count === 1
        ? vscode.l10n.t('1 pinned path is in sync now.')
        : vscode.l10n.t('{0} pinned paths are in sync now.', count);
  const known = new Set(checkout.missing.map(({ object }) => object));
  const missing = [...checkout.missing, ...fetchMissing.filter(({ object }) => !known.has(object))];
  return tell(told, { missing, problems, kept }, log);
}

const loggedLines = 500;

/** Says what was done; what was not stands in the output, by name. */
async function tell(
  done: string,
  { missing, problems, kept }: Trouble,
  log: vscode.LogOutputChannel,
): Promise<void> {
  for (const { path, trouble, detail } of missing.slice(0, loggedLines))
    log.warn(`data: ${oneLine(path)}: ${trouble}${detail === undefined ? '' : `, ${oneLine(detail, 400)}`}`);
  for (const { path, what } of problems.slice(0, loggedLines))
    log.warn(`data: ${oneLine(path)}: ${oneLine(what, 400)}`);
  for (const { path, what } of kept.slice(0, loggedLines))
    log.warn(`data: ${oneLine(path)}: kept, because it is ${what} and saved nowhere else`);
  const parts = [done];
  if (kept.length > 0)
    parts.push(vscode.l10n.t('{0} kept, because they are saved nowhere else.', fileCount(kept.length)));
  if (missing.length > 0) parts.push(vscode.l10n.t('{0} could not be had.', fileCount(missing.length)));
  if (problems.length > 0) parts.push(vscode.l10n.t('{0} problems.', problems.length));
  const text = parts.join(' ');
  if (parts.length === 1) {
    vscode.window.setStatusBarMessage(text, 5000);
    return;
  }
  const showOutput = vscode.l10n.t('Show Output');
  if ((await vscode.window.showWarningMessage(text, showOutput)) === showOutput) log.show();
}
