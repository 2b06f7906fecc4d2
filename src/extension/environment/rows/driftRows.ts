/** How an environment stands to its lock: in a few words for its row, and a row for each difference. */
import type { DriftItem, DriftReport } from '../../../environments/environmentLock.ts';
import type { ProjectEnvironment } from '../host/environmentRequests.ts';
import { plain, type EnvironmentRow, type Words } from './environmentRow.ts';
import { problemRow } from './machineRow.ts';

/** Rows shown of one environment: whoever upgraded a hundred packages sees how many there are. */
const shown = 30;

export type LockWord = 'locked' | 'drifted' | 'unlocked' | 'unchecked';

export function lockWord({ lock, lockProblem, drift }: ProjectEnvironment): LockWord {
  if (lock === undefined) return lockProblem === undefined ? 'unlocked' : 'unchecked';
  if (drift?.verdict === 'clean') return 'locked';
  return drift?.verdict === 'drifted' ? 'drifted' : 'unchecked';
}

/** `locked, no drift`; with drift, how much. */
export function lockText(environment: ProjectEnvironment, l10n: Words): string {
  const word = lockWord(environment);
  switch (word) {
    case 'locked':
      // Without a look inside only files and image are known to be as locked.
      return environment.drift?.tiers.includes('packages') === true
        ? l10n.t('locked, no drift')
        : l10n.t('locked');
    case 'unlocked':
      return l10n.t('not locked');
    case 'drifted': {
      return driftCountText(environment.drift, l10n);
    }
    case 'unchecked':
      return environment.lock === undefined ? l10n.t('lock not readable') : l10n.t('locked, not checked');
  }
}

export function driftCountText(drift: DriftReport | undefined, l10n: Words): string {
  const count = counted(drift).length;
  return count === 1 ? l10n.t('1 difference from the lock') : l10n.t('{0} differences from the lock', count);
}

/** Differences first, then what could not be looked at. */
export function driftRows(environment: ProjectEnvironment, l10n: Words): EnvironmentRow[] {
  const { root, drift, lockProblem } = environment;
  const items = counted(drift);
  const rows = items.slice(0, shown).map((item): EnvironmentRow => ({
    id: `${root}\ndrift\n${item.part}\n${item.name}`,
    ...{ label: driftLabel(item, l10n), description: causeWords(item.cause, l10n) },
    ...{ icon: 'warning', colour: 'warning', children: [], root },
    tooltip: [
      l10n.t('in the lock: {0}', item.locked ?? l10n.t('nothing')),
      l10n.t('now: {0}', item.now ?? l10n.t('nothing')),
    ],
    // A Python environment cannot be rebuilt in place.
    context: environment.configs.length > 0 ? 'drift' : 'pythonDrift',
  }));
  if (items.length > rows.length)
    rows.push({
      id: `${root}\ndrift\n…`,
      ...{ label: '…', description: l10n.t('{0} not shown', items.length - rows.length) },
      ...{ icon: 'ellipsis', tooltip: [], context: 'note', children: [], root },
    });
  if (lockProblem !== undefined)
    rows.push({ ...problemRow(`${root}\nlock`, l10n.t('The lock cannot be read'), lockProblem), root });
  for (const problem of drift?.problems ?? [])
    rows.push(problemRow(`${root}\n${problem}`, l10n.t('Not compared'), { message: problem }));
  return rows;
}

/** Host facts are told by the command line; here they would look like something to mend. */
function counted(drift: DriftReport | undefined): readonly DriftItem[] {
  return (drift?.items ?? []).filter(({ weight }) => weight === 'must-match');
}

/** `numpy 1.26.4 → 2.0.1`. */
function driftLabel({ part, name, locked, now }: DriftItem, l10n: Words): string {
  const subject = plain(name, 80);
  // Of a file two digests say nothing to anybody: the cause stands beside it.
  if (part === 'config') return subject;
  if (locked === undefined) return l10n.t('{0} {1} added', subject, short(now));
  if (now === undefined) return l10n.t('{0} {1} removed', subject, short(locked));
  return short(locked) === short(now)
    ? l10n.t('{0} changed', subject)
    : `${subject} ${short(locked)} → ${short(now)}`;
}

/** A digest says no more to anybody than that it is another one. */
function short(value: string | undefined): string {
  return plain((value ?? '').replace(/\b(?:sha256:)?([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1'), 60);
}

function causeWords(cause: string, l10n: Words): string {
  switch (cause) {
    case 'installed by hand':
      return l10n.t('installed by hand');
    case 'removed by hand':
      return l10n.t('removed by hand');
    case 'edited by hand':
      return l10n.t('edited by hand');
    case 'edited':
      return l10n.t('edited');
    case 'another interpreter':
      return l10n.t('another interpreter');
    case 'tag moved':
      return l10n.t('tag moved');
    default:
      return plain(cause, 80);
  }
}
