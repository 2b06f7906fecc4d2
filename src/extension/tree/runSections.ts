/** What an expanded run shows: its ingredients and what came out, as far as the record knows them. */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { FileUse } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { formatBytes, formatNumber, formatTime, oneLine, shortId } from '../formatText.ts';
import { formatParameter } from '../worker/runRows.ts';
import type { RunRow } from '../worker/runsView.ts';
import { bestValue, chosenMetrics } from './chosenMetrics.ts';
import type { LeafNode, RunNode, SectionName, SectionNode } from './treeNodes.ts';
import { verdictIcon, verdictWord } from './verdictWords.ts';

const leafLimit = 200;

export function runSections(parent: RunNode, row: RunRow, details: RunDetails): SectionNode[] {
  const { run } = row;
  const { plan } = details;
  const names: SectionName[] = [];
  if (details.problems.length > 0) names.push('problem');
  if (Object.keys(run.parameters).length > 0) names.push('parameters');
  if (Object.keys(run.metrics).length > 0) names.push('metrics');
  if (plan !== undefined) names.push('code', 'environment');
  if ((details.captured?.inputs ?? []).length > 0) names.push('inputs');
  if ((details.result?.outputs ?? []).length > 0) names.push('outputs');
  if (details.verdicts.length > 0) names.push('reproductions');
  return names.map(name => ({ kind: 'section', id: `${parent.id}/${name}`, name, parent, row, details }));
}

export function sectionItem(node: SectionNode): vscode.TreeItem {
  const look = sectionLook(node);
  const item = new vscode.TreeItem(look.label, look.state);
  item.id = node.id;
  item.description = look.description;
  item.tooltip = `${look.label}  ${look.description}`;
  item.iconPath = new vscode.ThemeIcon(look.icon);
  item.contextValue = node.name;
  return item;
}

interface SectionLook {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly state: vscode.TreeItemCollapsibleState;
}

function sectionLook({ name, row, details }: SectionNode): SectionLook {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const { run, differing } = row;
  switch (name) {
    case 'problem':
      return {
        label: vscode.l10n.t('Problem'),
        description: oneLine(details.problems.join('; ')),
        icon: 'warning',
        state: None,
      };
    case 'parameters': {
      const keys = differing.length > 0 ? differing : Object.keys(run.parameters);
      return {
        label: vscode.l10n.t('Parameters'),
        description: keys
          .slice(0, 4)
          .map(key => `${oneLine(key, 30)} ${oneLine(formatParameter(run.parameters[key] ?? null), 30)}`)
          .join(' · '),
        icon: 'symbol-parameter',
        state: Collapsed,
      };
    }
    case 'metrics':
      return {
        label: vscode.l10n.t('Metrics'),
        description: vscode.l10n.t('last · best'),
        icon: 'graph-line',
        state: Object.keys(run.metrics).length <= 12 ? Expanded : Collapsed,
      };
    case 'code':
      return {
        label: vscode.l10n.t('Code'),
        description: codeText(details),
        icon: 'git-commit',
        state: None,
      };
    case 'environment':
      return {
        label: vscode.l10n.t('Environment'),
        description: environmentText(details),
        icon: 'server-environment',
        state: None,
      };
    case 'inputs':
      return {
        label: vscode.l10n.t('Inputs'),
        description: String(details.captured?.inputs.length ?? 0),
        icon: 'arrow-right',
        state: Collapsed,
      };
    case 'outputs':
      return {
        label: vscode.l10n.t('Outputs'),
        description: String(details.result?.outputs.length ?? 0),
        icon: 'package',
        state: Collapsed,
      };
    case 'reproductions':
      return {
        label: vscode.l10n.t('Reproductions'),
        description: verdictWord(details.verdicts.at(-1)?.verdict ?? ''),
        icon: 'verified',
        state: Collapsed,
      };
  }
}

export function sectionLeaves(node: SectionNode): LeafNode[] {
  const leaves = leavesOf(node);
  return leaves
    .slice(0, leafLimit)
    .map((leaf, index) => ({ kind: 'leaf', id: `${node.id}/${index}`, parent: node, ...leaf }));
}

type Leaf = Omit<LeafNode, 'kind' | 'id' | 'parent'>;

function leavesOf({ name, row, details }: SectionNode): Leaf[] {
  const { run, differing } = row;
  switch (name) {
    case 'parameters':
      return [...new Set([...differing, ...Object.keys(run.parameters)])].map(key => {
        const value = formatParameter(run.parameters[key] ?? null);
        const differs = differing.includes(key);
        return {
          label: oneLine(key, 80),
          description: differs ? vscode.l10n.t('{0} · differs', oneLine(value, 80)) : oneLine(value, 80),
          tooltip: `${key} = ${value}`.slice(0, 2000),
          icon: differs ? 'diff' : 'symbol-constant',
        };
      });
    case 'metrics': {
      const first = chosenMetrics(run.metrics, 4);
      return [...new Set([...first, ...Object.keys(run.metrics)])].map(key => {
        const summary = run.metrics[key];
        const best = summary === undefined ? undefined : bestValue(key, summary);
        const last = summary === undefined ? '' : formatNumber(summary.last);
        return {
          label: oneLine(key, 80),
          description: best === undefined ? last : `${last} · ${formatNumber(best)}`,
          tooltip:
            summary === undefined
              ? key
              : vscode.l10n.t(
                  '{0}: last {1} at step {2}, minimum {3}, maximum {4}, {5} points',
                  oneLine(key),
                  summary.last,
                  summary.lastStep,
                  summary.min,
                  summary.max,
                  summary.count,
                ),
          icon: 'pulse',
        };
      });
    }
    case 'inputs':
      return (details.captured?.inputs ?? []).map(use => ({
        ...fileLeaf(use, details),
        icon: 'file',
      }));
    case 'outputs':
      return (details.result?.outputs ?? []).map(use => ({
        ...fileLeaf(use, details),
        icon: 'file',
      }));
    case 'reproductions':
      return details.verdicts.map(verdict => {
        const { icon, colour } = verdictIcon(verdict.verdict);
        return {
          label: verdictWord(verdict.verdict),
          description: `${shortId(verdict.reproductionId)} · ${formatTime(verdict.at)}`,
          tooltip: verdict.sentence,
          icon,
          colour,
          context: 'verdict',
          target: verdict.reproductionId,
        };
      });
    case 'code':
    case 'environment':
    case 'problem':
      return [];
  }
}

export function leafItem(node: LeafNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label);
  item.id = node.id;
  item.description = node.description;
  item.tooltip = node.tooltip ?? `${node.label}  ${node.description}`;
  item.iconPath = new vscode.ThemeIcon(
    node.icon,
    node.colour === undefined ? undefined : new vscode.ThemeColor(node.colour),
  );
  if (node.context !== undefined) item.contextValue = node.context;
  return item;
}

function fileLeaf(use: FileUse, { plan }: RunDetails): Omit<Leaf, 'icon'> {
  const facts = [
    use.size === undefined ? '' : formatBytes(use.size),
    use.sha256 === undefined ? '' : use.sha256.slice(0, 8),
    use.volatile === true ? vscode.l10n.t('not compared') : '',
    use.problem === undefined ? '' : oneLine(use.problem, 80),
  ];
  const path = plan === undefined || isAbsolute(use.path) ? use.path : join(plan.root, use.path);
  return {
    label: oneLine(use.path, 120),
    description: facts.filter(fact => fact !== '').join(' · '),
    tooltip: path,
    context: 'output',
    target: path,
  };
}

export function codeText({ plan }: RunDetails): string {
  const code = knownValue(plan?.code);
  if (code === undefined)
    return plan?.code.known === 'unknown' ? oneLine(vscode.l10n.t('unknown: {0}', plan.code.reason)) : '';
  const state =
    code.changedCount === 0
      ? vscode.l10n.t('clean')
      : code.changedCount === 1
        ? vscode.l10n.t('1 file changed')
        : vscode.l10n.t('{0} files changed', code.changedCount);
  const parts = [state];
  if (code.head !== undefined) parts.push(code.head.slice(0, 8));
  if (code.branch !== undefined) parts.push(oneLine(code.branch, 60));
  if (code.gaps.length > 0) parts.push(vscode.l10n.t('{0} not held', code.gaps.length));
  return parts.join(' · ');
}

export function environmentText({ plan, captured }: RunDetails): string {
  const interpreter = knownValue(plan?.interpreter);
  const packages = knownValue(captured?.packages);
  const hardware = knownValue(captured?.hardware);
  const parts: string[] = [];
  if (interpreter?.version !== undefined)
    parts.push(`${interpreterName(interpreter.implementation)} ${interpreter.version}`);
  if (packages !== undefined) parts.push(vscode.l10n.t('{0} packages', packages.count));
  const [gpu] = hardware?.gpus ?? [];
  if (gpu !== undefined)
    parts.push(hardware?.gpus.length === 1 ? gpu.name : `${hardware?.gpus.length ?? 0} × ${gpu.name}`);
  if (parts.length === 0) parts.push(plan?.environment.kind ?? '');
  return oneLine(parts.join(' · '));
}

/** CPython is what everybody calls Python. */
function interpreterName(implementation: string | undefined): string {
  return implementation === undefined || implementation.toLowerCase() === 'cpython'
    ? 'Python'
    : implementation;
}
