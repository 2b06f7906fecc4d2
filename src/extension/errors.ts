/** The editor's own failures. */
import { LockstepError } from '../base/lockstepError.ts';

export function engineStopped(): LockstepError {
  return new LockstepError({
    code: 'engine-stopped',
    message: 'The background thread that reads runs has ended.',
    mend: 'Try again; it starts by itself.',
  });
}

/** The rows that a command was called on stand for runs that were removed meanwhile. */
export function runsAreGone(count: number): LockstepError {
  return new LockstepError({
    code: 'run-gone',
    message: count === 1 ? 'This run was removed.' : 'These runs were removed.',
  });
}
