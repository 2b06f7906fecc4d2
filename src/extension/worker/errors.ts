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

export function planMissing(): LockstepError {
  return new LockstepError({
    code: 'plan-missing',
    message: 'The plan of this run cannot be read, so its command is not known.',
  });
}

/** @param name The environment variable that held it; undefined when it stood in the command itself. */
export function secretMissing(name: string | undefined): LockstepError {
  return new LockstepError({
    code: 'secret-missing',
    message: 'The command of this run held a secret, which was not recorded.',
    mend:
      name === undefined
        ? 'Start it with its full command.'
        : `Set the environment variable ${name} and start the editor again.`,
  });
}
