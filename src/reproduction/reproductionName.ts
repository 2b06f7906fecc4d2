/**
 * What a reproduction is called: after its original, so that people find it, and not like it, so that the original's
 * name goes on meaning the original, also where the script names its own run.
 */
import type { Plan } from '../runs/plan.ts';
import type { RunDetails } from '../runs/runDetails.ts';

/**
 * `baseline-repro`, the next one `baseline-repro-2`, `baseline-probe` for part of a probe; undefined for a run without a
 * name.
 */
export function reproductionName(
  { annotations, plan, reported, verdicts }: RunDetails,
  purpose?: Plan['purpose'],
): string | undefined {
  const name = annotations.name === undefined ? (plan?.name ?? reported?.name) : annotations.name;
  if (name === undefined || name === null || name === '') return undefined;
  if (purpose !== undefined) return `${name}-${purpose}`;
  return `${name}-repro${verdicts.length === 0 ? '' : `-${verdicts.length + 1}`}`;
}
