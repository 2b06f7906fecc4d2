/** What an expanded run shows: its ingredients and what came out, as far as the record knows them. */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { FileUse } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import { hasOwnMlflowServer } from '../../runs/ownMlflowServer.ts';
import type { MediaKind } from '../../protocol/mediaProtocol.ts';
import type { ReportedModel } from '../../runs/reported.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { formatBytes, formatNumber, formatTime, oneLine, shortId } from '../formatText.ts';
import { commandIds } from '../ids.ts';
import type { RunContents } from '../worker/runContents.ts';
import { formatParameter } from '../worker/runRows.ts';
import type { RunRow } from '../worker/runsView.ts';
import { bestValue, chosenMetrics } from './chosenMetrics.ts';
import type { LeafNode, RunNode, SectionName, SectionNode } from './treeNodes.ts';
import { verdictIcon, verdictWord } from './verdictWords.ts';

const leafLimit = 200;

export function runSections(
  parent: RunNode,
  row: RunRow,
  details: RunDetails,
  contents: RunContents,
): SectionNode[] {
  const { run } = row;
  const { plan, reported } = details;
  const isChild = run.parent !== undefined;
  const names: SectionName[] = [];
  if (details.problems.length > 0) names.push('problem');
  if (hasOwnMlflowServer(details)) names.push('mlflow');
  if (Object.keys(run.metrics).length > 0) names.push('metrics');
  if (Object.keys(run.parameters).length > 0) names.push('parameters');
  if (shownTags(details).length > 0) names.push('tags');
  // Code and environment of a child run are those of its run.
  if (plan !== undefined && !isChild) names.push('code', 'environment');
  if ((details.captured?.inputs ?? []).length > 0) names.push('inputs');
  if ((details.result?.outputs ?? []).length > 0) names.push('outputs');
  if (contents.media !== undefined) names.push('media');
  if (contents.artifacts.files > 0) names.push('artifacts');
  if ((reported?.models ?? []).length > 0) names.push('models');
  if ((reported?.datasets ?? []).length > 0) names.push('datasets');
  if (details.verdicts.length > 0) names.push('reproductions');
  return names.map(name => ({
    ...{ kind: 'section', id: `${parent.id}/${name}`, name, parent, row, details, contents },
  }));
}

export function sectionItem(node: SectionNode): vscode.TreeItem {
  const look = sectionLook(node);
  const item = new vscode.TreeItem(look.label, look.state);
  item.id = node.id;
  item.description = look.description;
  item.tooltip = `${look.label}  ${look.description}`;
  item.iconPath = new vscode.ThemeIcon(look.icon);
  item.contextValue = node.name;
  if (node.name === 'media')
    item.command = {
      command: commandIds.showMedia,
      title: vscode.l10n.t('Show Media'),
      arguments: [node.parent],
    };
  return item;
}

interface SectionLook {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly state: vscode.TreeItemCollapsibleState;
}

function sectionLook({ name, row, details, contents }: SectionNode): SectionLook {
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
    case 'mlflow':
      return {
        label: 'MLflow',
        description: ownServerText(),
        icon: 'cloud',
        state: None,
      };
    case 'tags':
      return {
        label: vscode.l10n.t('Tags'),
        description: shownTags(details)
          .slice(0, 3)
          .map(([tag, value]) => `${oneLine(tag, 30)} ${oneLine(value, 30)}`)
          .join(' · '),
        icon: 'tag',
        state: Collapsed,
      };
    case 'artifacts': {
      const { files, bytes, more } = contents.artifacts;
      return {
        label: vscode.l10n.t('Artifacts'),
        description: more
          ? vscode.l10n.t('more than {0} files', files)
          : `${files === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', files)} · ${formatBytes(bytes)}`,
        icon: 'files',
        state: Collapsed,
      };
    }
    case 'models':
      return {
        label: vscode.l10n.t('Models'),
        description: String(details.reported?.models.length ?? 0),
        icon: 'layers',
        state: Collapsed,
      };
    case 'datasets':
      return {
        label: vscode.l10n.t('Datasets'),
        description: String(details.reported?.datasets.length ?? 0),
        icon: 'database',
        state: Collapsed,
      };
    case 'media':
      return {
        label: vscode.l10n.t('Media'),
        description: (contents.media?.kinds ?? []).map(mediaWord).join(' · '),
        icon: 'file-media',
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

/** Models with files are folders, see folderNodes.ts. */
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
    case 'tags':
      return shownTags(details).map(([tag, value]) => ({
        label: oneLine(tag, 80),
        description: oneLine(value, 80),
        tooltip: `${tag} = ${value}`.slice(0, 2000),
        icon: 'tag',
      }));
    case 'models':
      return (details.reported?.models ?? [])
        .filter(model => model.path === undefined)
        .map(model => ({
          label: oneLine(model.name, 80),
          description: modelText(model),
          icon: 'layers',
        }));
    case 'datasets':
      return (details.reported?.datasets ?? []).map(({ name: dataset, context, digest, source }) => ({
        label: oneLine(dataset, 80),
        description: [oneLine(context ?? '', 40), oneLine(digest ?? '', 16)]
          .filter(part => part !== '')
          .join(' · '),
        tooltip: [dataset, source ?? '']
          .filter(part => part !== '')
          .join('\n')
          .slice(0, 2000),
        icon: 'database',
      }));
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
    case 'mlflow':
    case 'artifacts':
    case 'media':
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
  if (node.context === 'artifact')
    item.command = {
      command: commandIds.openArtifact,
      title: vscode.l10n.t('Open Artifact'),
      arguments: [node],
    };
  return item;
}

/** Tags that libraries set for themselves would hide what the person set. */
function shownTags({ reported }: RunDetails): readonly (readonly [tag: string, value: string])[] {
  return Object.entries(reported?.tags ?? {}).filter(([tag]) => !/^(?:mlflow|lockstep)\./.test(tag));
}

export function modelText({ step, registeredAs, version }: ReportedModel): string {
  const parts: string[] = [];
  if (registeredAs !== undefined)
    parts.push(
      version === undefined
        ? vscode.l10n.t('registered as {0}', oneLine(registeredAs, 60))
        : vscode.l10n.t('registered as {0}, version {1}', oneLine(registeredAs, 60), oneLine(version, 20)),
    );
  if (step !== undefined) parts.push(vscode.l10n.t('step {0}', step));
  return parts.join(' · ');
}

export function ownServerText(): string {
  return vscode.l10n.t('Logs to your own MLflow server; not mirrored.');
}

function mediaWord(kind: MediaKind): string {
  switch (kind) {
    case 'image':
      return vscode.l10n.t('images');
    case 'histogram':
      return vscode.l10n.t('histograms');
    case 'text':
      return vscode.l10n.t('texts');
    case 'table':
      return vscode.l10n.t('tables');
    case 'file':
      return vscode.l10n.t('files');
  }
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
