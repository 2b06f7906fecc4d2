/** From differences to a verdict, and from a difference to a line that people read. */
import type { DriftItem, DriftReport } from '../environmentLock.ts';

export interface DriftFindings {
  /** sha256 of the lock file's bytes, hex. */
  readonly lock: string;
  readonly items: readonly DriftItem[];
  readonly tiers: readonly string[];
  /** Why something could not be looked at. */
  readonly problems?: readonly string[];
}

/** `drifted` when anything that must match differs; else `unknown` where a tier could not be looked at. */
export function driftReport({ lock, items, tiers, problems = [] }: DriftFindings): DriftReport {
  const drifted = items.some(one => one.weight === 'must-match');
  const verdict = drifted ? 'drifted' : problems.length > 0 ? 'unknown' : 'clean';
  return { verdict, lock, items, tiers, problems };
}

export const unlocked: DriftReport = { verdict: 'unlocked', items: [], tiers: [], problems: [] };

/** `numpy 1.26.4 → 2.0.1, installed by hand`; of a file only what happened to it: `Dockerfile edited`. */
export function driftLine({ part, name, locked, now, cause }: DriftItem): string {
  if (part === 'config') return `${name} ${cause}`;
  return `${name} ${shown(locked) ?? '(not in the lock)'} → ${shown(now) ?? '(gone)'}, ${cause}`;
}

/** Of a digest as much as people compare by eye. */
function shown(value: string | undefined): string | undefined {
  return value?.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1…');
}

const kept = 20;

/** What a run records of it. */
export function driftLines({ items }: DriftReport): string[] {
  return items
    .filter(one => one.weight === 'must-match')
    .slice(0, kept)
    .map(driftLine);
}
