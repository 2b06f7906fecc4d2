/** Only what Lockstep ran itself can be run again: an imported run was never seen running, a child run has no command. */
import type { Plan } from '../runs/plan.ts';
import { runImported, runIsChild } from './errors.ts';

/** Throws `run-imported`, `run-is-child`. `what` the caller is about to do with it, as `reproduced`. */
export function requireOwnCommand(plan: Plan, what: 'reproduced' | 'run again'): void {
  if (plan.origin !== undefined) throw runImported(plan.id, plan.origin.kind, what);
  if (plan.parent !== undefined) throw runIsChild(plan.id, plan.parent, what);
}
