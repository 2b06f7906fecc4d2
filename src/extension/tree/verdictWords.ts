/** Verdicts in words and icons. */
import * as vscode from 'vscode';
import type { VerdictSummary } from '../../runs/runSummary.ts';

export function verdictWord(verdict: string): string {
  switch (verdict) {
    case 'identical':
      return vscode.l10n.t('identical');
    case 'within-tolerance':
      return vscode.l10n.t('within tolerance');
    case 'diverged':
      return vscode.l10n.t('diverged');
    case 'inconclusive':
      return vscode.l10n.t('inconclusive');
    default:
      return verdict;
  }
}

export function verdictIcon(verdict: string): { readonly icon: string; readonly colour: string } {
  switch (verdict) {
    case 'identical':
      return { icon: 'verified-filled', colour: 'testing.iconPassed' };
    case 'within-tolerance':
      return { icon: 'verified', colour: 'testing.iconPassed' };
    case 'diverged':
      return { icon: 'git-compare', colour: 'testing.iconFailed' };
    default:
      return { icon: 'question', colour: 'list.warningForeground' };
  }
}

/** `reproduced 2×`, or what the latest reproduction said where not all were good; '' without any. */
export function verdictCounts(verdicts: readonly VerdictSummary[]): string {
  const latest = verdicts.at(-1);
  if (latest === undefined) return '';
  if (verdicts.some(({ verdict }) => verdict === 'diverged' || verdict === 'inconclusive'))
    return verdictWord(latest.verdict);
  return verdicts.length === 1
    ? vscode.l10n.t('reproduced')
    : vscode.l10n.t('reproduced {0}×', verdicts.length);
}
