/** The command of a run that came from somebody else runs only after a person here has seen what it does, and agreed. */
import type { RunDetails } from '../runs/runDetails.ts';
import { runNotConfirmed } from './errors.ts';

/** Throws `not-confirmed`. Every way of executing a recorded command goes through here. */
export function requireConfirmed({ id, shared }: Pick<RunDetails, 'id' | 'shared'>): void {
  if (shared !== undefined && shared.confirmedAt === undefined) throw runNotConfirmed(id);
}
