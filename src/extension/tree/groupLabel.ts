/** The words for a group of runs. */
import * as vscode from 'vscode';
import type { RunState } from '../../runs/runState.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import { formatDuration, oneLine } from '../formatText.ts';
import type { Grouping } from '../worker/runsView.ts';

export function groupLabel(grouping: Grouping, key: string): string {
  switch (grouping) {
    case 'date':
      return dateLabel(key);
    case 'state':
      return stateLabel(key as RunState | 'reached');
    case 'commit':
      return key === '' ? vscode.l10n.t('No commit') : key.slice(0, 8);
    case 'tag':
      return key === '' ? vscode.l10n.t('No tag') : oneLine(key);
    case 'experiment':
      return key === '' ? vscode.l10n.t('Unknown command') : oneLine(key);
  }
}

/** `Reached step 40` of a reproduction that was ended there, because no more was asked for. */
export function endLabel({ state, reached }: Pick<RunSummary, 'state' | 'reached'>): string {
  const { throughStep, forMs } = reached ?? {};
  if (throughStep !== undefined) return vscode.l10n.t('Reached step {0}', throughStep);
  return forMs === undefined ? stateLabel(state) : vscode.l10n.t('Reached {0}', formatDuration(forMs));
}

function stateLabel(state: RunState | 'reached'): string {
  switch (state) {
    case 'reached':
      return vscode.l10n.t('Reached the Part Asked For');
    case 'preparing':
      return vscode.l10n.t('Preparing');
    case 'running':
      return vscode.l10n.t('Running');
    case 'finished':
      return vscode.l10n.t('Finished');
    case 'failed':
      return vscode.l10n.t('Failed');
    case 'cancelled':
      return vscode.l10n.t('Cancelled');
    case 'lost':
      return vscode.l10n.t('Lost');
  }
}

function dateLabel(key: string): string {
  switch (key) {
    case 'live':
      return vscode.l10n.t('Running');
    case 'today':
      return vscode.l10n.t('Today');
    case 'yesterday':
      return vscode.l10n.t('Yesterday');
    case 'week':
      return vscode.l10n.t('Last 7 Days');
    case 'month':
      return vscode.l10n.t('Last 30 Days');
    default:
      return vscode.l10n.t('Older');
  }
}
