/** Takes errors across the thread border and makes them whole again on the other side. */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';
import type { CarriedError } from './threadMessages.ts';

export function carryError(error: unknown): CarriedError {
  return {
    message: errorText(error),
    stack: error instanceof Error ? error.stack : undefined,
    lockstep:
      error instanceof LockstepError ? { code: error.code, mend: error.mend, kind: error.kind } : undefined,
  };
}

export function uncarryError(carried: CarriedError): Error {
  const { message, stack, lockstep } = carried;
  const error =
    lockstep === undefined
      ? new Error(message)
      : new LockstepError({
          code: lockstep.code,
          message,
          kind: lockstep.kind,
          ...(lockstep.mend === undefined ? {} : { mend: lockstep.mend }),
        });
  if (stack !== undefined) error.stack = stack;
  return error;
}
