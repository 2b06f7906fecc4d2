/** How a section of a run looks while it is closed: its name, and the gist of what it holds. */
import * as vscode from 'vscode';
import { oneLine } from '../formatText.ts';
import { formatBytes } from '../../series/formatBytes.ts';
import { commandIds } from '../ids.ts';
import { formatParameter } from '../worker/runRows.ts';
import { codeText, environmentText } from './ingredientText.ts';
import { healthText } from './healthText.ts';
import { mediaWord, ownServerText, shownTags } from './reportedText.ts';
import type { SectionNode } from './treeNodes.ts';
import { verdictWord } from './verdictWords.ts';

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

function sectionLook({ name, row, details, contents, health }: SectionNode): SectionLook {
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
    case 'health':
      return {
        label: vscode.l10n.t('Health'),
        description: healthText(health?.problems ?? []) || vscode.l10n.t('not all could be checked'),
        icon: (health?.problems.length ?? 0) > 0 ? 'warning' : 'question',
        state: Expanded,
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
        description: String((details.captured?.inputs.length ?? 0) + (details.captured?.hosts ?? []).length),
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
