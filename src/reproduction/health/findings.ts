import type { HealthProblem } from '../../runs/runHealth.ts';

/** What a look at one ingredient of a run has found. */
export interface Findings {
  readonly problems: readonly HealthProblem[];
  /** What could not be asked, one line each. */
  readonly unchecked: readonly string[];
}
