/** What can be wrong with the configuration of a data repository, and with starting one. */
import { LockstepError } from '../../base/lockstepError.ts';
import { formatCommand } from '../../base/runCommand.ts';

export function configInvalid(path: string, what: string, line?: number): LockstepError {
  return new LockstepError({
    code: 'data-config-invalid',
    message: `${path}${line === undefined ? '' : `:${line}`}: ${what}.`,
    mend: 'Correct it there; lockstep and dvc both read this file.',
  });
}

export function configUnreadable(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'data-config-unreadable',
    message: `${path} cannot be read.`,
    mend: 'Give yourself the right to read it.',
    cause,
  });
}

export function configNotWritable(path: string, what: string): LockstepError {
  return new LockstepError({
    code: 'data-config-not-writable',
    message: `${path} was not changed: ${what}.`,
  });
}

export function remoteReferenceUnknown(name: string, wanted: string): LockstepError {
  return new LockstepError({
    code: 'data-config-invalid',
    message: `The remote ${name} builds on the remote ${wanted}, which does not exist or builds on itself.`,
    mend: `Correct the url of ${name} in .dvc/config.`,
  });
}

export function dataFolderIsLink(path: string): LockstepError {
  return new LockstepError({
    code: 'data-folder-is-link',
    message: `${path} is a link that leads out of the repository. Nothing was written through it.`,
    mend: `Remove it; a cache in another place is named in .dvc/config.local: [cache] with dir = …`,
  });
}

export function dataRepositoryExists(root: string): LockstepError {
  return new LockstepError({
    code: 'data-repository-exists',
    message: `${root} is a data repository already: it has a .dvc folder.`,
    kind: 'usage',
  });
}

export function dataFolderIgnored(root: string): LockstepError {
  return new LockstepError({
    code: 'data-folder-ignored',
    message: `Git ignores ${root}/.dvc, so nobody else would get what it says.`,
    mend: "Add '!.dvc' to .gitignore.",
  });
}

export function noGitForData(root: string): LockstepError {
  return new LockstepError({
    code: 'not-a-repository',
    message: `${root} is not in a git repository.`,
    mend: `Run: ${formatCommand('git', ['init'])}, or ask for a data repository without git.`,
    kind: 'usage',
  });
}
