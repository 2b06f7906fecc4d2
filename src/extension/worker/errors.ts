/** What can go wrong in the worker that no other room names. */
import { LockstepError } from '../../base/lockstepError.ts';

export function noInterpreter(): LockstepError {
  return new LockstepError({
    code: 'no-interpreter',
    message: 'No Python was found: not in the settings, the Python extension, a .venv, or on PATH.',
    mend: 'Install Python, or set lockstep.run.interpreter.',
  });
}

export function codeUnknown(reason: string): LockstepError {
  return new LockstepError({
    code: 'code-unknown',
    message: `The code of this run is not recorded: ${reason}`,
  });
}
