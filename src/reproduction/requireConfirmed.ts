/** The command of a run that came from somebody else runs only after a person here has seen what it does, and agreed. */
import type { RunDetails } from '../runs/runDetails.ts';
import { isConfirmedFor, type ConfirmedPlace } from '../runs/sharedRecord.ts';
import { runNotConfirmed } from './errors.ts';

/**
 * Throws `not-confirmed`. Every way of executing a recorded command goes through here.
 * @param place A yes for a private checkout is none for the workspace, with a person's own files in it.
 */
export function requireConfirmed(
  { id, shared }: Pick<RunDetails, 'id' | 'shared'>,
  place: ConfirmedPlace = 'checkout',
): void {
  if (shared !== undefined && !isConfirmedFor(shared, place)) throw runNotConfirmed(id, place);
}
