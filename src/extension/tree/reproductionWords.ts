/** What a reproduction came to, as its own row begins: its metrics come after it. Pure; the words are the host's. */
import type { RunSummary, VerdictSummary } from '../../runs/runSummary.ts';
import type { Words } from '../environment/rows/environmentRow.ts';

/**
 * `identical`, `diverged from step 412`, `within tolerance through step 50`; before there is a verdict what the run is.
 * '' for a run that reproduces none, and for a probe or trial, which attests nothing.
 */
export function reproductionWords(
  { reproduces, purpose, state }: Pick<RunSummary, 'reproduces' | 'purpose' | 'state'>,
  verdict: Pick<VerdictSummary, 'verdict' | 'throughStep' | 'divergedFrom'> | undefined,
  l10n: Words,
): string {
  if (reproduces === undefined || purpose !== undefined) return '';
  if (verdict === undefined)
    return state === 'preparing' || state === 'running' ? l10n.t('reproducing') : l10n.t('reproduction');
  const { throughStep, divergedFrom } = verdict;
  if (verdict.verdict === 'diverged' && divergedFrom !== undefined)
    return l10n.t('diverged from step {0}', divergedFrom);
  const word = shortVerdict(verdict.verdict, l10n);
  return throughStep === undefined ? word : l10n.t('{0} through step {1}', word, throughStep);
}

/** A verdict in one or two words; one that a later version wrote as it is. */
export function shortVerdict(verdict: string, l10n: Words): string {
  switch (verdict) {
    case 'identical':
      return l10n.t('identical');
    case 'within-tolerance':
      return l10n.t('within tolerance');
    case 'diverged':
      return l10n.t('diverged');
    case 'inconclusive':
      return l10n.t('inconclusive');
    default:
      return verdict;
  }
}
