/** What stands in an open section of a run: one line for each parameter, metric, tag, file… */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { FileUse } from '../../runs/captured.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { formatNumber, formatTime, oneLine, shortId } from '../formatText.ts';
import { formatBytes } from '../../series/formatBytes.ts';
import { formatMetric, isInBytes } from '../../series/formatMetric.ts';
import { formatParameter } from '../worker/runRows.ts';
import { bestValue, chosenMetrics } from './chosenMetrics.ts';
import { modelText, shownTags } from './reportedText.ts';
import { isMendable } from '../mendableProblems.ts';
import type { LeafNode, SectionNode } from './treeNodes.ts';
import { verdictIcon, verdictWord } from './verdictWords.ts';

const leafLimit = 200;

export function sectionLeaves(node: SectionNode): LeafNode[] {
  const leaves = leavesOf(node);
  return leaves
    .slice(0, leafLimit)
    .map((leaf, index) => ({ kind: 'leaf', id: `${node.id}/${index}`, parent: node, ...leaf }));
}

type Leaf = Omit<LeafNode, 'kind' | 'id' | 'parent'>;

/** Models with files are folders, see folderNodes.ts. */
function leavesOf({ name, row, details, health }: SectionNode): Leaf[] {
  const { run, differing } = row;
  switch (name) {
    case 'parameters':
      return [...new Set([...differing, ...Object.keys(run.parameters)])].map(key => {
        const value = formatParameter(run.parameters[key] ?? null);
        const differs = differing.includes(key);
        return {
          label: oneLine(key, 80),
          description: differs ? vscode.l10n.t('{0} · differs', oneLine(value, 80)) : oneLine(value, 80),
          tooltip: `${key} = ${String(run.parameters[key] ?? null)}`.slice(0, 2000),
          icon: differs ? 'diff' : 'symbol-constant',
        };
      });
    case 'metrics': {
      const first = chosenMetrics(run.metrics, 4);
      return [...new Set([...first, ...Object.keys(run.metrics)])].map(key => {
        const summary = run.metrics[key];
        const best = summary === undefined ? undefined : bestValue(key, summary);
        const shown = (value: number): string =>
          isInBytes(key) ? formatMetric(key, value, 4) : formatNumber(value);
        const last = summary === undefined ? '' : shown(summary.last);
        return {
          label: oneLine(key, 80),
          description: best === undefined ? last : `${last} · ${shown(best)}`,
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
    case 'health':
      return [
        ...(health?.problems ?? []).map((problem): Leaf => ({
          label: oneLine(problem.message, 120),
          description: oneLine(problem.mend ?? '', 160),
          tooltip: [problem.message, problem.mend ?? '']
            .filter(part => part !== '')
            .join('\n')
            .slice(0, 2000),
          icon: problem.severity === 'gone' ? 'error' : 'warning',
          colour: problem.severity === 'gone' ? 'testing.iconFailed' : 'list.warningForeground',
          ...(isMendable(problem.code) ? ({ context: 'mendable', target: problem.code } as const) : {}),
        })),
        ...(health?.unchecked ?? []).map((reason): Leaf => ({
          label: vscode.l10n.t('not checked'),
          description: oneLine(reason, 160),
          icon: 'question',
        })),
      ];
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
      return [
        ...(details.captured?.inputs ?? []).map(use => ({ ...fileLeaf(use, details), icon: 'file' })),
        ...(details.captured?.hosts ?? []).map(host => ({
          label: oneLine(host, 80),
          description: vscode.l10n.t('what it answered is not recorded'),
          tooltip: vscode.l10n.t(
            'The program connected to {0}, or tried to. What it answered is not recorded.',
            host,
          ),
          icon: 'globe',
        })),
      ];
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

function fileLeaf(use: FileUse, { plan }: RunDetails): Omit<Leaf, 'icon'> {
  const facts = [
    use.size === undefined ? '' : formatBytes(use.size),
    use.sha256 === undefined ? '' : use.sha256.slice(0, 8),
    use.unwritten === true ? vscode.l10n.t('not written by the run') : '',
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
