/** What endangers a run, in the few words that a row has room for. */
import * as vscode from 'vscode';
import type { HealthProblem } from '../../runs/runHealth.ts';
import { oneLine } from '../formatText.ts';

/** '' for a run that nothing is known to endanger. */
export function healthText(problems: readonly HealthProblem[]): string {
  const [first] = problems.toSorted((a, b) => Number(b.severity === 'gone') - Number(a.severity === 'gone'));
  if (first === undefined) return '';
  const words = problemWords(first);
  return problems.length === 1 ? words : vscode.l10n.t('{0} and {1} more', words, problems.length - 1);
}

export function problemWords({ code, message }: HealthProblem): string {
  switch (code) {
    case 'commit-unpushed':
      return vscode.l10n.t('commit not pushed');
    case 'snapshot-missing':
      return vscode.l10n.t('code gone');
    case 'snapshot-local-only':
      return vscode.l10n.t('code only here');
    case 'data-missing':
      return vscode.l10n.t('data gone');
    case 'data-not-in-remote':
      return vscode.l10n.t('data not pushed');
    case 'data-unpinned':
      return vscode.l10n.t('data not pinned');
    case 'image-missing':
      return vscode.l10n.t('image gone');
    case 'image-local-only':
      return vscode.l10n.t('image only here');
    case 'packages-unavailable':
      return vscode.l10n.t('packages gone');
    case 'input-changed':
      return vscode.l10n.t('input changed');
    default:
      return oneLine(message, 60);
  }
}
