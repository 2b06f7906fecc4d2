/** How the Experiments view is arranged. */
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import type { RunsModel } from '../runsModel.ts';
import { runInView } from '../runWithProgress.ts';
import type { RunsViewState } from '../runsViewState.ts';
import type { StoreClient } from '../storeClient.ts';
import type { ExperimentsTree } from '../tree/experimentsTree.ts';
import type { MoreNode } from '../tree/treeNodes.ts';
import { groupings, type Grouping } from '../worker/runsView.ts';
import type { CommandTable } from './commandHandler.ts';

export function viewCommands(
  client: StoreClient,
  model: RunsModel,
  viewState: RunsViewState,
  tree: ExperimentsTree,
) {
  return {
    [commandIds.refresh]: () => runInView(() => model.reload()),
    [commandIds.groupRuns]: async () => {
      const current = viewState.view.grouping;
      const picks = groupings.map(grouping => ({
        grouping,
        label: groupingLabel(grouping),
        description: grouping === current ? vscode.l10n.t('current') : '',
      }));
      const picked = await vscode.window.showQuickPick(picks, {
        title: vscode.l10n.t('Group Runs By'),
        placeHolder: vscode.l10n.t('Choose what the groups of the Experiments view are'),
      });
      if (picked !== undefined) await viewState.change({ grouping: picked.grouping });
    },
    [commandIds.filterRuns]: async () => {
      const filter = await askFilter(client, viewState.view.filter);
      if (filter !== undefined) await viewState.change({ filter });
    },
    [commandIds.clearFilter]: () => viewState.change({ filter: '' }),
    [commandIds.showArchived]: () => viewState.change({ archived: true }),
    [commandIds.hideArchived]: () => viewState.change({ archived: false }),
    [commandIds.showMore]: node => {
      if (isMoreNode(node)) tree.showMore(node);
    },
  } satisfies Partial<CommandTable>;
}

function groupingLabel(grouping: Grouping): string {
  switch (grouping) {
    case 'date':
      return vscode.l10n.t('Date');
    case 'experiment':
      return vscode.l10n.t('Experiment');
    case 'commit':
      return vscode.l10n.t('Commit');
    case 'state':
      return vscode.l10n.t('State');
    case 'tag':
      return vscode.l10n.t('Tag');
  }
}

async function askFilter(client: StoreClient, current: string): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Filter Runs'),
    ignoreFocusOut: true,
    value: current,
    placeHolder: 'metrics.loss < 0.4 and params.lr = 0.1 and state = finished',
    prompt: vscode.l10n.t(
      'Conditions on state, name, tag, created, params.… and metrics.…, joined by and, or, not',
    ),
    validateInput: async text => {
      if (text.trim() === '') return undefined;
      try {
        await client.request('checkFilter', { filter: text });
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
}

function isMoreNode(value: unknown): value is MoreNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'more';
}
