/** The editor's own failures. */
import { LockstepError } from '../base/lockstepError.ts';

export function engineStopped(): LockstepError {
  return new LockstepError({
    code: 'engine-stopped',
    message: 'The background thread that reads runs has ended.',
    mend: 'Try again; it starts by itself.',
  });
}
