/** The command of a run that came from somebody else runs only after a person here has seen what it does, and agreed. */
import type { Plan } from '../runs/plan.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import { isConfirmedFor, type ConfirmedPlace } from '../runs/sharedRecord.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { runNotConfirmed } from './errors.ts';

/**
 * Throws `not-confirmed`. Every way of executing a recorded command goes through here.
 * @param place A yes for one place is none for another: a container keeps a program from what this machine holds, and the
 *   workspace has a person's own files in it.
 */
export function requireConfirmed(
  { id, shared }: Pick<RunDetails, 'id' | 'shared'>,
  place: ConfirmedPlace = 'checkout',
): void {
  if (shared !== undefined && !isConfirmedFor(shared, place)) throw runNotConfirmed(id, place);
}

/** The place of a reproduction, as a person is asked about it. @param asked As `--env` says. */
export function reproductionPlace(
  environment: Plan['environment'] | undefined,
  asked: ReproductionOptions['environment'] | undefined,
): Extract<ConfirmedPlace, 'checkout' | 'host'> {
  const leaves = environment?.container !== undefined && (asked ?? 'recorded') !== 'recorded';
  return leaves ? 'host' : 'checkout';
}
