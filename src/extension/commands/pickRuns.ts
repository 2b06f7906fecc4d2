/** Finds out which runs a command is meant for: the clicked and selected ones, else it asks. */
import * as vscode from 'vscode';
import { runsAreGone } from '../errors.ts';
import { formatTime } from '../formatText.ts';
import type { RunsModel } from '../runsModel.ts';
import type { StoreClient } from '../storeClient.ts';
import { runDescription, stateIcon } from '../tree/runItem.ts';
import type { ChildRunsNode, RunNode, SectionNode, TreeNode } from '../tree/treeNodes.ts';
import { commandLabel } from '../../runs/commandLabel.ts';
import type { RunKind, RunRow } from '../worker/runsView.ts';

const offered = 300;

export interface RunPicker {
  /** One run; undefined when the person leaves the question. */
  one(args: readonly unknown[], question: Question): Promise<RunRow | undefined>;
  /** At least `atLeast` runs (default 1) of one store; undefined when the person leaves the question. */
  many(args: readonly unknown[], question: Question): Promise<readonly RunRow[] | undefined>;
}

export interface Question {
  readonly title: string;
  /** Which runs make sense; all when left out. */
  readonly kind?: RunKind;
  readonly atLeast?: number;
}

interface RunPick extends vscode.QuickPickItem {
  readonly row: RunRow;
}

/** @param selection What is selected in the tree: keyboard shortcuts pass no node. */
export function createRunPicker(
  client: StoreClient,
  model: RunsModel,
  selection: () => readonly TreeNode[],
): RunPicker {
  const clicked = async (args: readonly unknown[]): Promise<readonly RunRow[]> => {
    const nodes = runNodes(args[0] === 'selection' ? selection() : args);
    const rows: RunRow[] = [];
    for (const store of new Set(nodes.map(node => node.store))) {
      const ids = new Set(nodes.filter(node => node.store === store).map(({ runId }) => runId));
      rows.push(...(await client.request('rows', { store, ids: [...ids] })));
    }
    // A click on a row that was just removed elsewhere must not turn into a question about other runs.
    if (nodes.length > 0 && rows.length === 0) throw runsAreGone(nodes.length);
    return rows;
  };

  const offer = async (question: Question): Promise<RunPick[]> => {
    const { projects } = model.snapshot;
    const found = await Promise.all(
      projects.map(({ store }) =>
        client.request('findRuns', { store, kind: question.kind ?? 'all', limit: offered }),
      ),
    );
    const now = Date.now();
    return found
      .flat()
      .sort((a, b) => (a.run.id < b.run.id ? 1 : -1))
      .map(row => ({
        row,
        label: row.label,
        iconPath: stateIcon(row.run),
        description: runDescription(row, now),
        detail: `${commandLabel(row.run.argv).slice(0, 200)} · ${formatTime(row.run.createdAt)}`,
      }));
  };

  return {
    one: async (args, question) => {
      const [row] = await clicked(args);
      if (row !== undefined || args[0] === 'selection') return row;
      const picked = await vscode.window.showQuickPick(offer(question), {
        title: question.title,
        placeHolder: vscode.l10n.t('Choose a run'),
        matchOnDescription: true,
        matchOnDetail: true,
      });
      return picked?.row;
    },
    many: async (args, question) => {
      const atLeast = question.atLeast ?? 1;
      const rows = await clicked(args);
      if (rows.length >= atLeast || args[0] === 'selection') return rows.length === 0 ? undefined : rows;
      const chosen = new Set(rows.map(row => row.run.id));
      const picks = (await offer(question)).map(pick => ({ ...pick, picked: chosen.has(pick.row.run.id) }));
      const picked = await vscode.window.showQuickPick(picks, {
        title: question.title,
        placeHolder:
          atLeast > 1 ? vscode.l10n.t('Choose {0} runs or more', atLeast) : vscode.l10n.t('Choose runs'),
        canPickMany: true,
        matchOnDescription: true,
        matchOnDetail: true,
      });
      const answer = picked?.map(pick => pick.row) ?? [];
      return answer.length === 0 ? undefined : answer;
    },
  };
}

/** Run nodes among what VS Code passes: `(node, selectedNodes)`, or any list of nodes. */
function runNodes(args: readonly unknown[]): RunNode[] {
  const selected = Array.isArray(args[1]) && args[1].length > 0 ? (args[1] as unknown[]) : args;
  return selected.map(node => (isBelowRun(node) ? node.parent : node)).filter(isRunNode);
}

/** The heads *Media* and *Child Runs* stand for their run. */
function isBelowRun(value: unknown): value is SectionNode | ChildRunsNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'section' || value.kind === 'childRuns')
  );
}

function isRunNode(value: unknown): value is RunNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'run';
}
