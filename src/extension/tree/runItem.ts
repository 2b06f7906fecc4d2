/** How a run looks in the tree: one line that says what it is, how it goes and how good it is. */
import * as vscode from 'vscode';
import type { RunSummary } from '../../runs/runSummary.ts';
import { formatDuration, formatNumber, oneLine, shortId } from '../formatText.ts';
import { isLive } from '../worker/arrangeRuns.ts';
import type { RunRow } from '../worker/runsView.ts';
import { chosenMetrics } from './chosenMetrics.ts';
import { stateLabel } from './groupLabel.ts';
import { verdictCounts } from './verdictWords.ts';

export function runItem(id: string, row: RunRow, now: number): vscode.TreeItem {
  const { run } = row;
  const item = new vscode.TreeItem(row.label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = id;
  item.description = runDescription(run, now);
  item.iconPath = stateIcon(run);
  item.contextValue = contextOf(run);
  item.accessibilityInformation = {
    label: [row.label, stateLabel(run.state), run.star ? vscode.l10n.t('starred') : '', item.description]
      .filter(part => part !== '')
      .join(', '),
  };
  return item;
}

/** `★ loss 0.412  acc 0.871 · step 14 · 2 m · reproduced 2×`; for a run that ended badly, why. */
export function runDescription(run: RunSummary, now: number): string {
  const parts = [endText(run), metricsText(run), timeText(run, now), verdictCounts(run.verdicts)];
  if (run.reproduces !== undefined) parts.unshift(vscode.l10n.t('reproduces {0}', shortId(run.reproduces)));
  if (run.tags.length > 0) parts.push(run.tags.map(tag => `#${oneLine(tag, 40)}`).join(' '));
  if (run.archived) parts.push(vscode.l10n.t('archived'));
  const text = parts.filter(part => part !== '').join(' · ');
  return run.star ? `★ ${text}` : text;
}

export function stateIcon(run: RunSummary): vscode.ThemeIcon {
  const icon = (name: string, colour?: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  if (run.problem !== undefined && run.argv.length === 0) return icon('warning', 'list.warningForeground');
  switch (run.state) {
    case 'preparing':
    case 'running':
      return icon('loading~spin');
    case 'finished':
      return icon('pass', 'testing.iconPassed');
    case 'failed':
      return icon('error', 'testing.iconFailed');
    case 'cancelled':
      return icon('circle-slash', 'testing.iconSkipped');
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
  if (Object.keys(run.metrics).length > 0) words.push('metrics');
  if (run.codeKnown !== 'unknown') words.push('code');
  if (run.verdicts.length > 0) words.push('verdict');
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
      return vscode.l10n.t('cancelled');
    case 'lost':
      return run.stillRunning
        ? vscode.l10n.t('lost, still running')
        : run.host === undefined
          ? vscode.l10n.t('lost')
          : vscode.l10n.t('lost on {0}', oneLine(run.host, 40));
    case 'preparing':
      return vscode.l10n.t('preparing');
    case 'running':
    case 'finished':
      return run.problem === undefined ? '' : oneLine(run.problem);
  }
}

function metricsText(run: RunSummary): string {
  if (run.state === 'failed') return '';
  const keys = chosenMetrics(run.metrics);
  const values = keys.map(key => {
    const last = run.metrics[key]?.last;
    return last === undefined ? '' : `${oneLine(key, 30)} ${formatNumber(last)}`;
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
