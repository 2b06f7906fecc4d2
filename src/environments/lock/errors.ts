/** What can be wrong with an environment lock. */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';

export function lockUnreadable(path: string, reason: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'lock-unreadable',
    message: `The environment lock ${path} ${reason}.`,
    mend: 'Take it from git again, or make it anew: lockstep env lock --force',
    cause,
  });
}

export function lockInConflict(path: string): LockstepError {
  return new LockstepError({
    code: 'lock-in-conflict',
    message: `The environment lock ${path} holds both sides of a merge.`,
    mend: 'Take one side of it, or make it anew: lockstep env lock --force',
  });
}

export function lockTooNew(path: string, version: number): LockstepError {
  return new LockstepError({
    code: 'lock-too-new',
    message: `The environment lock ${path} has version ${version}, which this version of Lockstep does not know.`,
    mend: 'Update Lockstep, or make it anew as this version does: lockstep env lock --force',
  });
}

export function lockNotWritable(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'lock-not-writable',
    message: `The environment lock ${path} cannot be written: ${errorText(cause)}`,
    mend: 'Look at the permissions of the folder and at the free space.',
    cause,
  });
}
