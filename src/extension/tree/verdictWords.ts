/** Verdicts in words and icons. */
import * as vscode from 'vscode';
import { machineText } from '../../reproduction/verdict/attestationsOf.ts';
import type { VerdictSummary } from '../../runs/runSummary.ts';
import type { Verdict } from '../../runs/verdict.ts';
import { formatTime, oneLine } from '../formatText.ts';
import { shortVerdict } from './reproductionWords.ts';

export function verdictWord(verdict: string): string {
  return shortVerdict(verdict, vscode.l10n);
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

/** `reproduced`, `reproduced 3×: 2 identical, 1 within tolerance`; '' without any. */
export function verdictCounts(verdicts: readonly Pick<VerdictSummary, 'verdict'>[]): string {
  const [only] = verdicts;
  if (only === undefined) return '';
  const bad = verdicts.some(({ verdict }) => verdict === 'diverged' || verdict === 'inconclusive');
  if (verdicts.length === 1) return bad ? verdictWord(only.verdict) : vscode.l10n.t('reproduced');
  const counts = new Map<string, number>();
  for (const { verdict } of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const words = [...counts].map(([verdict, count]) => `${count} ${verdictWord(verdict)}`).join(', ');
  if (bad) return vscode.l10n.t('{0} reproductions: {1}', verdicts.length, words);
  return counts.size === 1 && only.verdict === 'identical'
    ? vscode.l10n.t('reproduced {0}×', verdicts.length)
    : vscode.l10n.t('reproduced {0}×: {1}', verdicts.length, words);
}

/** `Identical · gpu-box · 22 Nov 2026, 10:05`: one reproduction among others. */
export function attestationText({
  verdict,
  at,
  ...where
}: Pick<Verdict, 'verdict' | 'at' | 'host' | 'broughtBy'>): string {
  const parts = [oneLine(machineText(where) ?? '', 120), formatTime(at)].filter(part => part !== '');
  return `${verdictWord(verdict)} · ${parts.join(' · ')}`;
}
