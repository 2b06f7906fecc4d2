/** What can go wrong between us and git. */
import { formatCommand } from '../base/runCommand.ts';
import { LockstepError } from '../base/lockstepError.ts';

export function gitFailed(args: readonly string[], exitCode: number | null, stderr: string): LockstepError {
  const said = stderr.trim().split('\n').slice(-3).join(' ');
  return new LockstepError({
    code: 'git-failed',
    message: `${formatCommand('git', args)} ended with ${exitCode ?? 'a signal'}${said === '' ? '.' : `: ${said}`}`,
  });
}

export function repositoryNotOwned(root: string): LockstepError {
  return new LockstepError({
    code: 'repository-not-owned',
    message: `Git refuses to read ${root}, because it belongs to another user.`,
    mend: `If you trust it, run: ${formatCommand('git', ['config', '--global', '--add', 'safe.directory', root])}`,
  });
}

export function notARepository(root: string): LockstepError {
  return new LockstepError({
    code: 'not-a-repository',
    message: `${root} is not in a git repository.`,
    mend: 'Run: git init',
  });
}

export function shelfContended(ref: string): LockstepError {
  return new LockstepError({
    code: 'shelf-contended',
    message: `${ref} could not be updated, because other processes kept changing it.`,
    mend: 'Try again.',
  });
}

export function objectMissing(what: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'object-missing',
    message: `The repository does not have ${what} any more.`,
    mend: 'Fetch it from a clone that still has it.',
    cause,
  });
}

export function targetNotEmpty(target: string): LockstepError {
  return new LockstepError({
    code: 'target-not-empty',
    message: `The private checkout cannot be made in ${target}: the folder is not empty.`,
    mend: 'Choose another folder.',
    kind: 'usage',
  });
}

export function indexNotReadable(root: string): LockstepError {
  return new LockstepError({
    code: 'index-not-readable',
    message: `The index of ${root} has a format that cannot be read.`,
    mend: 'Run: git update-index --index-version 2',
  });
}

export function pathLeavesCheckout(path: string): LockstepError {
  return new LockstepError({
    code: 'path-leaves-checkout',
    message: `The record names ${path}, which does not lie inside the checkout. Nothing was written there.`,
    mend: 'Do not trust this record: it was damaged, or made to do harm.',
  });
}

export function tooManyUnreadable(root: string): LockstepError {
  return new LockstepError({
    code: 'too-many-unreadable',
    message: `Too many files of ${root} could not be read.`,
    mend: 'Look at what git status says, and mend the permissions or the disk.',
  });
}
