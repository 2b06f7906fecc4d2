/** What can go wrong with following HEAD. */
import { LockstepError } from '../../base/lockstepError.ts';

export function hookExists(path: string, line: string, isShell: boolean): LockstepError {
  return new LockstepError({
    code: 'hook-exists',
    message: `${path} is somebody else's hook; it was left as it is.`,
    mend: isShell ? 'Run: lockstep data hook install --add' : `Let it run this command of the shell: ${line}`,
    kind: 'usage',
  });
}

export function hooksAreTracked(folder: string, lines: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'hooks-are-tracked',
    message: `The hooks of this repository are part of its files (${folder}); they were left as they are.`,
    mend: `Add these lines to post-checkout, post-merge and post-rewrite there: ${lines.join(' ; ')}`,
    kind: 'usage',
  });
}
