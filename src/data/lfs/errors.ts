/** What can go wrong between us and a Git LFS server; of a single object it is told in the result instead. */
import { LockstepError } from '../../base/lockstepError.ts';
import { withoutCredentials } from '../../git/repositoryFacts.ts';

export function lfsRemoteUnknown(remote: string | undefined): LockstepError {
  return new LockstepError({
    code: 'lfs-remote-unknown',
    message:
      remote === undefined
        ? 'The repository has no remote that Git LFS files could come from.'
        : `The repository has no remote ${remote}.`,
    mend: 'Run: git remote add origin URL',
  });
}

export function lfsAddressNotSupported(url: string): LockstepError {
  return new LockstepError({
    code: 'lfs-address-not-supported',
    message: `Git LFS files cannot be had from ${withoutCredentials(url)}.`,
    mend: 'Set lfs.url to an address with https, ssh or file.',
  });
}

export function lfsNotReached(url: string, why: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'lfs-not-reached',
    message: `The Git LFS server ${withoutCredentials(url)} could not be reached: ${why}.`,
    mend: 'Try again; what was fetched so far is kept.',
    cause,
  });
}

export function lfsNotAllowed(url: string, status: number): LockstepError {
  return new LockstepError({
    code: 'lfs-not-allowed',
    message: `The Git LFS server ${withoutCredentials(url)} refuses access (${status}).`,
    mend: 'Log in to the server once with git (git fetch asks for user and password), then try again.',
  });
}

export function lfsRefused(url: string, status: number, said: string): LockstepError {
  return new LockstepError({
    code: 'lfs-refused',
    message: `The Git LFS server ${withoutCredentials(url)} answered ${status}${said === '' ? '' : `: ${said}`}.`,
    mend: 'See whether git lfs is switched on for this repository on the server.',
  });
}

export function lfsAnswerNotUnderstood(url: string, why: string): LockstepError {
  return new LockstepError({
    code: 'lfs-answer-not-understood',
    message: `${withoutCredentials(url)} did not answer as a Git LFS server does: ${why}.`,
    mend: 'Look at lfs.url in the configuration of git and in .lfsconfig.',
  });
}

export function lfsLoginFailed(host: string, said: string): LockstepError {
  return new LockstepError({
    code: 'lfs-login-failed',
    message: `${host} did not let git-lfs-authenticate run${said === '' ? '' : `: ${said}`}.`,
    mend: `See whether this works: ssh ${host} git-lfs-authenticate`,
  });
}

/** The same code as for DVC's cache: told before the first byte. */
export function lfsDiskFullAhead(folder: string, needed: number, free: number): LockstepError {
  return new LockstepError({
    code: 'disk-full-ahead',
    message: `Git LFS files need ${inGigabytes(needed)} in ${folder}, where ${inGigabytes(free)} are free.`,
    mend: 'Make room, or name only the paths that you need.',
  });
}

export function gitLfsNeeded(why: string): LockstepError {
  return new LockstepError({
    code: 'git-lfs-needed',
    message: `These files need git-lfs, which is not installed: ${why}.`,
    mend: 'Install git-lfs: https://git-lfs.com',
  });
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;
}
