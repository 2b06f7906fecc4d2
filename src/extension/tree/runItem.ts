/** How a run looks in the tree: one line that says what it is, how it goes and how good it is. */
import * as vscode from 'vscode';
import { importKindNames, isImportKind } from '../../imports/importKind.ts';
import type { RunHealth } from '../../runs/runHealth.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import { formatDuration, formatNumber, oneLine, shortId } from '../formatText.ts';
import { isLive } from '../worker/arrangeRuns.ts';
import { formatParameter } from '../worker/runRows.ts';
import type { RunRow } from '../worker/runsView.ts';
import { chosenMetrics, shortMetric } from './chosenMetrics.ts';
import { endLabel } from './groupLabel.ts';
import { healthText } from './healthText.ts';
import { reproductionWords } from './reproductionWords.ts';
import { verdictCounts, verdictIcon } from './verdictWords.ts';

export function runItem(id: string, row: RunRow, now: number, health?: RunHealth): vscode.TreeItem {
  const { run } = row;
  const item = new vscode.TreeItem(shortLabel(row.label), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = id;
  const danger = healthText(health?.problems ?? []);
  item.description = [danger, differingText(row), runDescription(row, now)]
    .filter(part => part !== '')
    .join(' · ');
  item.iconPath =
    danger === ''
      ? rowIcon(row)
      : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = contextOf(run);
  item.accessibilityInformation = {
    label: [
      row.label,
      endLabel(run),
      run.star ? vscode.l10n.t('starred') : '',
      item.description,
      run.reproduces === undefined ? '' : vscode.l10n.t('reproduces {0}', shortId(run.reproduces)),
    ]
      .filter(part => part !== '')
      .join(', '),
  };
  return item;
}

/** So many characters leave room for a metric beside them in a side bar as wide as it is at first. */
const labelLength = 20;

/** Start and end: names of one project often begin alike. */
function shortLabel(label: string): string {
  const characters = Array.from(label);
  if (characters.length <= labelLength) return label;
  const end = Math.floor(labelLength / 3);
  return `${characters.slice(0, labelLength - end - 1).join('')}…${characters.slice(-end).join('')}`;
}

/** A child run that is called by a name is told from the others by its parameters. */
function differingText({ run, label, differing }: RunRow): string {
  if (run.parent === undefined) return '';
  const told = differing
    .slice(0, 3)
    .map(
      key =>
        `${oneLine(key.slice(key.lastIndexOf('.') + 1), 20)}=${oneLine(formatParameter(run.parameters[key] ?? null), 20)}`,
    )
    .join(' ');
  return label === told ? '' : told;
}

/**
 * `★ loss 0.412  acc 0.871 · step 14 · 2 m · reproduced 2×`; for a run that ended badly, why. What a reproduction came to
 * stands first.
 */
export function runDescription({ run, ownVerdict }: RunRow, now: number): string {
  const parts = [endText(run), metricsText(run), timeText(run, now), verdictCounts(run.verdicts)];
  if (run.sharedBy !== undefined) parts.unshift(sharedText(run.sharedBy));
  if (run.purpose !== undefined) parts.unshift(purposeWord(run.purpose));
  else parts.unshift(reproductionWords(run, ownVerdict, vscode.l10n));
  if (run.tags.length > 0) parts.push(run.tags.map(tag => `#${oneLine(tag, 40)}`).join(' '));
  if (run.importedFrom !== undefined)
    parts.push(vscode.l10n.t('imported from {0}', sourceWord(run.importedFrom)));
  if (run.archived) parts.push(vscode.l10n.t('archived'));
  const text = parts.filter(part => part !== '').join(' · ');
  return run.star ? `★ ${text}` : text;
}

/** `from Ann`: a run that somebody else shared. Anybody can write anything there. */
export function sharedText(sharedBy: string): string {
  const name = oneLine(sharedBy.replace(/<[^>]*>/g, ''), 40);
  return name === '' ? vscode.l10n.t('shared') : vscode.l10n.t('from {0}', name);
}

function purposeWord(purpose: string): string {
  switch (purpose) {
    case 'probe':
      return vscode.l10n.t('determinism probe');
    case 'trial':
      return vscode.l10n.t('trial');
    default:
      return oneLine(purpose, 40);
  }
}

/** What a person calls the kind of source that a run was imported from. */
export function sourceWord(kind: string): string {
  return isImportKind(kind) ? importKindNames[kind] : oneLine(kind, 40);
}

/** A reproduction that got to its end shows what it came to. */
function rowIcon({ run, ownVerdict }: RunRow): vscode.ThemeIcon {
  const ended = run.state === 'finished' || run.reached !== undefined;
  if (ownVerdict === undefined || !ended || run.sharedBy !== undefined) return stateIcon(run);
  const { icon, colour } = verdictIcon(ownVerdict.verdict);
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
}

export function stateIcon(run: RunSummary): vscode.ThemeIcon {
  const icon = (name: string, colour?: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  if (run.problem !== undefined && run.argv.length === 0) return icon('warning', 'list.warningForeground');
  // A run of somebody else is told by its owner first: what it came to stands in words beside it.
  if (run.sharedBy !== undefined)
    return icon('account', run.state === 'finished' ? 'testing.iconPassed' : undefined);
  switch (run.state) {
    case 'preparing':
    case 'running':
      return icon('loading~spin');
    case 'finished':
      return icon('pass', 'testing.iconPassed');
    case 'failed':
      return icon('error', 'testing.iconFailed');
    case 'cancelled':
      return run.reached === undefined
        ? icon('circle-slash', 'testing.iconSkipped')
        : icon('milestone', 'testing.iconPassed');
    case 'lost':
      return icon('question', 'list.warningForeground');
  }
}

/** Words that the menus of package.json look for. */
function contextOf(run: RunSummary): string {
  const words = [
    'run',
    isLive(run) ? 'live' : 'ended',
    run.star ? 'starred' : '',
    run.archived ? 'archived' : '',
  ];
  if (run.parent !== undefined) words.push('child');
  // A command of its own, that can be cancelled, looked at and run again.
  else if (run.importedFrom === undefined) words.push('command');
  if ((run.childRuns ?? 0) > 0) words.push('children');
  if (Object.keys(run.metrics).length > 0) words.push('metrics');
  if (run.codeKnown !== 'unknown' && run.parent === undefined) words.push('code');
  if (run.verdicts.length > 0) words.push('verdict');
  if (run.reproduces !== undefined && run.purpose === undefined) words.push('reproduction');
  if (run.sharedBy !== undefined) words.push('shared');
  return words.filter(word => word !== '').join(' ');
}

function endText(run: RunSummary): string {
  switch (run.state) {
    case 'failed': {
      const exit =
        run.signal === undefined
          ? run.exitCode === undefined
            ? ''
            : vscode.l10n.t('exit {0}', run.exitCode)
          : run.signal;
      const parts = [exit, oneLine(run.failure ?? '')].filter(part => part !== '');
      return parts.length === 0 ? vscode.l10n.t('failed') : parts.join(' · ');
    }
    case 'cancelled':
      return reachedText(run) ?? vscode.l10n.t('cancelled');
    case 'lost':
      return run.stillRunning
        ? vscode.l10n.t('lost, still running')
        : run.exitCode !== undefined || run.signal !== undefined
          ? vscode.l10n.t('lost, exit {0}', run.signal ?? run.exitCode ?? '')
          : run.host === undefined
            ? vscode.l10n.t('lost')
            : vscode.l10n.t('lost on {0}', oneLine(run.host, 40));
    case 'preparing':
      return run.preparing === undefined ? vscode.l10n.t('preparing') : oneLine(run.preparing, 80);
    case 'running':
    case 'finished':
      return run.problem === undefined ? '' : oneLine(run.problem);
  }
}

function reachedText({ reached }: RunSummary): string | undefined {
  const { throughStep, forMs } = reached ?? {};
  if (throughStep !== undefined) return vscode.l10n.t('reached step {0}', throughStep);
  return forMs === undefined ? undefined : vscode.l10n.t('reached {0}', formatDuration(forMs));
}

function metricsText(run: RunSummary): string {
  if (run.state === 'failed') return '';
  const keys = chosenMetrics(run.metrics);
  const values = keys.map(key => {
    const last = run.metrics[key]?.last;
    return last === undefined ? '' : `${shortMetric(oneLine(key))} ${formatNumber(last)}`;
  });
  const step = keys[0] === undefined ? undefined : run.metrics[keys[0]]?.lastStep;
  const text = values.join('  ');
  return isLive(run) && step !== undefined ? `${text} · ${vscode.l10n.t('step {0}', step)}` : text;
}

function timeText(run: RunSummary, now: number): string {
  if (run.durationMs !== undefined) return formatDuration(run.durationMs);
  if (!isLive(run) || run.startedAt === undefined) return '';
  return formatDuration(now - Date.parse(run.startedAt));
}
