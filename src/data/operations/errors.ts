/** What a data operation refuses as a whole, before it has changed anything. */
import { LockstepError } from '../../base/lockstepError.ts';

export function pathNotPinned(paths: readonly string[]): LockstepError {
  const named = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ', …' : '');
  return new LockstepError({
    code: 'path-not-pinned',
    kind: 'usage',
    message: `${named} ${paths.length === 1 ? 'is' : 'are'} not pinned.`,
    mend: 'See what is: lockstep data status. To pin it: lockstep data add PATH',
  });
}

export function nothingToPin(paths: readonly string[]): LockstepError {
  const named = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ', …' : '');
  return new LockstepError({
    code: 'nothing-to-pin',
    kind: 'usage',
    message: `${named} ${paths.length === 1 ? 'is' : 'are'} not there.`,
    mend: 'Name files or folders that are.',
  });
}

export function pathOutside(path: string, root: string): LockstepError {
  return new LockstepError({
    code: 'path-outside',
    kind: 'usage',
    message: `${path} lies outside ${root}.`,
    mend: 'Run the command in the repository that the path belongs to, or copy the data into this one.',
  });
}

export function dataNotBegun(): LockstepError {
  return new LockstepError({
    code: 'data-not-begun',
    message: 'Nothing is pinned by DVC here yet, and Git LFS keeps the large files.',
    mend: 'To pin by DVC all the same: lockstep data add --init PATH. By Git LFS: git add PATH',
  });
}

export function remoteUnknown(name: string, known: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'remote-unknown',
    kind: 'usage',
    message: `There is no remote ${name}.${known.length === 0 ? '' : ` There ${known.length === 1 ? 'is' : 'are'}: ${known.join(', ')}.`}`,
    mend: 'Remotes are named in .dvc/config.',
  });
}

export function noRemote(): LockstepError {
  return new LockstepError({
    code: 'no-remote',
    message: 'No remote is configured to fetch data from or push it to.',
    mend: `Add to .dvc/config: ['remote "NAME"'] with url = …, and [core] with remote = NAME`,
  });
}

export function diskTooSmallFor(what: string, needed: string, free: string): LockstepError {
  return new LockstepError({
    code: 'disk-too-small',
    message: `${what} needs ${needed}, and ${free} are free. Nothing was begun.`,
    mend: 'Free some space, or choose less: lockstep data checkout --only PATH…',
  });
}

export function cacheShared(folder: string): LockstepError {
  return new LockstepError({
    code: 'cache-shared',
    message: `The cache ${folder} lies outside the repository: other projects may keep their data there.`,
    mend: 'Name them with --project FOLDER, or say --alone when there are none.',
  });
}

export function listingsNeeded(names: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'listings-needed',
    message: `${names.length} listings of pinned folders cannot be had, so what they name is not known: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}. Nothing was removed.`,
    mend: 'Fetch them (lockstep data fetch --all-commits), or give up what they name with --ignore-missing.',
  });
}

export function revisionNeedsPaths(): LockstepError {
  return new LockstepError({
    code: 'revision-needs-paths',
    kind: 'usage',
    message: 'To restore from another commit, name the paths.',
  });
}

export function importSourceMissing(path: string, url: string, revision: string): LockstepError {
  return new LockstepError({
    code: 'import-source-missing',
    message: `${url} has no ${path} at ${revision}, neither in git nor pinned.`,
  });
}

export function importRevisionMissing(url: string, revision: string): LockstepError {
  return new LockstepError({
    code: 'import-source-missing',
    message: `${url} has no branch, tag or commit ${revision}.`,
    mend: 'Name one that it has with --rev; without it the default branch is taken.',
  });
}

export function importTargetExists(path: string): LockstepError {
  return new LockstepError({
    code: 'import-target-exists',
    message: `${path} is there already.`,
    mend: 'Name another place with --out, or overwrite it with --force.',
  });
}

export function sourceNotReachable(url: string, words: string): LockstepError {
  return new LockstepError({
    code: 'import-source-not-reachable',
    message: `${url} could not be read: ${words}`,
    mend: 'Give the address or the folder of a git repository that git clone would take, then a path in it.',
  });
}
