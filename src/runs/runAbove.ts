/**
 * The run that a run stands below in lists: of a child run the run whose command logged it, of half a determinism probe
 * or a trial the run that it is about. Undefined for a run that a person started.
 */
import type { RunSummary } from './runSummary.ts';

export function runAbove(run: Pick<RunSummary, 'parent' | 'reproduces' | 'purpose'>): string | undefined {
  return run.parent ?? (run.purpose === undefined ? undefined : run.reproduces);
}
