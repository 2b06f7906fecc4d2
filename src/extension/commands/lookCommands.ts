/** Looking at runs: log, metrics, code, comparison, report. Works in an untrusted workspace: nothing is run. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { showCodeDiff } from '../documents/showCodeDiff.ts';
import type { ComparisonDocuments } from '../documents/comparisonDocuments.ts';
import type { LogDocuments } from '../documents/logDocuments.ts';
import { formatBytes } from '../../series/formatBytes.ts';
import { commandIds, schemes } from '../ids.ts';
import type { RunPanels } from '../panelHost.ts';
import { runPathsOf } from '../runFolder.ts';
import type { RunsModel } from '../runsModel.ts';
import { runWithProgress } from '../runWithProgress.ts';
import type { StoreClient } from '../storeClient.ts';
import type { LeafNode, SectionNode } from '../tree/treeNodes.ts';
import type { RunRow } from '../worker/runsView.ts';
import { reproductionOf } from './chooseReproduction.ts';
import type { CommandTable } from './commandHandler.ts';
import type { RunPicker } from './pickRuns.ts';

export interface LookDependencies {
  readonly client: StoreClient;
  readonly model: RunsModel;
  readonly pick: RunPicker;
  readonly logs: LogDocuments;
  readonly comparisons: ComparisonDocuments;
  readonly panels: RunPanels;
}

export function lookCommands({ client, model, pick, logs, comparisons, panels }: LookDependencies) {
  const rootOf = (store: string): string =>
    model.snapshot.projects.find(project => project.store === store)?.root ?? '';

  return {
    [commandIds.showLog]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Show Log') });
      if (row !== undefined) await logs.show(row);
    },
    [commandIds.showEarlierLog]: async uri => {
      const target = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
      if (target?.scheme === schemes.log) await logs.showEarlier(target);
    },
    [commandIds.showMetrics]: async (...args) => {
      const rows = await pick.many(args, { title: vscode.l10n.t('Show Metrics') });
      if (rows !== undefined) await panels.showMetrics(rows);
    },
    [commandIds.showMetricsTogether]: async (...args) => {
      const rows = await pick.many(args, { title: vscode.l10n.t('Show Metrics Together'), atLeast: 2 });
      if (rows !== undefined) await panels.showMetrics(rows);
    },
    [commandIds.showChildMetrics]: async (...args) => {
      const title = vscode.l10n.t('Show Metrics of Child Runs');
      const row = await pick.one(args, { title, kind: 'withChildren' });
      if (row === undefined) return;
      const { store, run } = row;
      const ids = await client.request('childRunIds', { store, id: run.id });
      if (ids.length > 0) await panels.showRuns(ids.map(id => ({ store, id })));
      else void vscode.window.showInformationMessage(vscode.l10n.t('This run has no child runs.'));
    },
    [commandIds.openArtifact]: async (...args) => {
      const [node] = args;
      const path = isArtifactLeaf(node) ? node.target : await chooseArtifact(args);
      if (path !== undefined) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
    },
    [commandIds.showMedia]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Show Media') });
      if (row !== undefined) await panels.showMedia({ store: row.store, id: row.run.id });
    },
    [commandIds.chartLines]: async (...args) => {
      const title = vscode.l10n.t('Chart Printed Values');
      const row = await pick.one(args, { title, kind: 'live' });
      if (row === undefined) return;
      await client.request('chooseMetricLines', { store: row.store, id: row.run.id, chart: true });
    },
    [commandIds.showCodeChanges]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Show Code Changes') });
      if (row === undefined) return;
      const { store, run } = row;
      const title = vscode.l10n.t('{0}: code against its commit', row.label);
      const changes = await runWithProgress(vscode.l10n.t('Comparing code'), signal =>
        client.request('codeChanges', { store, id: run.id, root: rootOf(store) }, signal),
      );
      await showCodeDiff(title, changes);
    },
    [commandIds.compareCode]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Compare Code') });
      if (row === undefined) return;
      const base = await pick.one([], {
        title: vscode.l10n.t('Compare the code of {0} with', row.label),
      });
      if (base === undefined) return;
      const { store, run } = row;
      const changes = await runWithProgress(vscode.l10n.t('Comparing code'), signal =>
        client.request('codeBetween', { store, id: run.id, base: base.run.id, root: rootOf(store) }, signal),
      );
      await showCodeDiff(vscode.l10n.t('Code of {0} ↔ {1}', base.label, row.label), changes);
    },
    [commandIds.compareRuns]: async (...args) => {
      const rows = await pick.many(args, { title: vscode.l10n.t('Compare Runs'), atLeast: 2 });
      if (rows !== undefined) await compare(rows);
    },
    [commandIds.showReport]: async (...args) => {
      const [node] = args;
      if (isVerdictLeaf(node)) {
        const { store, runId } = node.parent.parent;
        await panels.showReport({ store, original: runId, reproduction: node.target });
        return;
      }
      const title = vscode.l10n.t('Show Reproduction Report');
      const row = await pick.one(args, { title, kind: 'reproduced' });
      const reference = row === undefined ? undefined : await reproductionOf(row, title);
      if (reference !== undefined) await panels.showReport(reference);
    },
    [commandIds.openOutputFile]: async node => {
      if (!isOutputLeaf(node)) return;
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(node.target));
    },
  } satisfies Partial<CommandTable>;

  async function chooseArtifact(args: readonly unknown[]): Promise<string | undefined> {
    const title = vscode.l10n.t('Open Artifact');
    const row = await pick.one(args, { title });
    if (row === undefined) return undefined;
    const { store, run } = row;
    const { artifacts } = await client.request('artifacts', { store, id: run.id });
    if (artifacts.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('This run has logged no artifacts.'));
      return undefined;
    }
    const { dir } = runPathsOf(row);
    const picked = await vscode.window.showQuickPick(
      artifacts.map(({ path, size }) => ({ path, label: path, description: formatBytes(size) })),
      { title, placeHolder: vscode.l10n.t('Choose a file') },
    );
    return picked === undefined ? undefined : join(dir, picked.path);
  }

  async function compare(rows: readonly RunRow[]): Promise<void> {
    const [first, second, ...more] = [...rows].sort((a, b) => (a.run.id < b.run.id ? -1 : 1));
    if (first === undefined || second === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Choose two runs or more to compare.'));
      return;
    }
    if (more.length === 0) await comparisons.showPair(first, second);
    else await comparisons.showTable([first, second, ...more]);
  }
}

function isLeaf(value: unknown): value is LeafNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'leaf';
}

function isVerdictLeaf(
  value: unknown,
): value is LeafNode & { readonly target: string; readonly parent: SectionNode } {
  return (
    isLeaf(value) &&
    value.context === 'verdict' &&
    value.target !== undefined &&
    value.parent.kind === 'section'
  );
}

function isOutputLeaf(value: unknown): value is LeafNode & { readonly target: string } {
  return isLeaf(value) && value.context === 'output' && value.target !== undefined;
}

function isArtifactLeaf(value: unknown): value is LeafNode & { readonly target: string } {
  return isLeaf(value) && value.context === 'artifact' && value.target !== undefined;
}
