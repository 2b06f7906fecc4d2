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
export function verdictCounts(
  verdicts: readonly (Pick<VerdictSummary, 'verdict'> & {
    readonly throughStep?: number | undefined;
    readonly part?: object | undefined;
  })[],
): string {
  const [only] = verdicts;
  if (only === undefined) return '';
  const bad = verdicts.some(({ verdict }) => verdict === 'diverged' || verdict === 'inconclusive');
  const wordOf = (one: (typeof verdicts)[number]): string =>
    one.throughStep === undefined && one.part === undefined
      ? verdictWord(one.verdict)
      : vscode.l10n.t('{0} in part', verdictWord(one.verdict));
  const isWhole = wordOf(only) === verdictWord(only.verdict);
  if (verdicts.length === 1)
    return bad
      ? verdictWord(only.verdict)
      : isWhole
        ? vscode.l10n.t('reproduced')
        : vscode.l10n.t('reproduced in part');
  const counts = new Map<string, number>();
  for (const one of verdicts) counts.set(wordOf(one), (counts.get(wordOf(one)) ?? 0) + 1);
  const words = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  if (bad) return vscode.l10n.t('{0} reproductions: {1}', verdicts.length, words);
  return counts.size === 1 && only.verdict === 'identical' && isWhole
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
