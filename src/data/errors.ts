/** What can go wrong with pinned data on this machine. Remotes, Git LFS and pin files have catalogues of their own. */
import { LockstepError } from '../base/lockstepError.ts';

export function dataThreadDied(cause: unknown): LockstepError {
  return new LockstepError({
    code: 'data-thread-died',
    message: 'A thread that works on data files ended before its work was done.',
    mend: 'Try again; if it happens again, free some memory.',
    cause,
  });
}

export function listingDamaged(name: string, why: string): LockstepError {
  return new LockstepError({
    code: 'listing-damaged',
    message: `The listing ${name} of a pinned folder cannot be read: ${why}.`,
    mend: 'Remove it from the cache and fetch it again.',
  });
}

/** A listing that names a path which no tool writes: placing it could reach outside the folder, or lose files. */
export function listingRefused(name: string, path: string, why: string): LockstepError {
  return new LockstepError({
    code: 'listing-refused',
    message: `The listing ${name} of a pinned folder names ${JSON.stringify(path)}, ${why}. Nothing of it was placed.`,
    mend: 'Do not trust this pin: it was damaged, or made to do harm.',
  });
}

export function listingTooLarge(name: string, size: number, limit: number): LockstepError {
  return new LockstepError({
    code: 'listing-too-large',
    message: `The listing ${name} of a pinned folder has ${size} bytes, more than the ${limit} that are read.`,
    mend: 'Pin the folder in several parts.',
  });
}

export function objectNotInCache(id: string): LockstepError {
  return new LockstepError({
    code: 'object-not-in-cache',
    message: `The cache does not have ${id}.`,
    mend: 'Run: lockstep data fetch',
  });
}

export function objectCorrupt(id: string, path: string, found: string): LockstepError {
  return new LockstepError({
    code: 'object-corrupt',
    message: `The cache holds something else than ${id} in ${path}: its content has the hash ${found}.`,
    mend: `Remove ${path} and run: lockstep data fetch`,
  });
}

export function cacheNotWritable(folder: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'cache-not-writable',
    message: `Nothing can be written into the cache ${folder}.`,
    mend: 'Check its permissions and the free space of its disk.',
    cause,
  });
}

export function filesUnreadable(
  path: string,
  examples: readonly { readonly path: string; readonly reason: string }[],
  count: number,
): LockstepError {
  const named = examples.map(one => `${one.path} (${one.reason})`).join(', ');
  return new LockstepError({
    code: 'files-unreadable',
    message: `${count} of the files of ${path} could not be read: ${named}${count > examples.length ? ', …' : ''}.`,
    mend: 'Mend or remove them, or name them in .dvcignore.',
  });
}

export function pathLeavesData(path: string): LockstepError {
  return new LockstepError({
    code: 'path-leaves-data',
    message: `${path} does not lie inside the repository. Nothing was written there.`,
    mend: 'Do not trust this pin: it was damaged, or made to do harm.',
  });
}

export function parentIsLink(path: string, parent: string): LockstepError {
  return new LockstepError({
    code: 'parent-is-link',
    message: `${path} lies behind ${parent}, which is a link to another place. Nothing was written through it.`,
    mend: `Replace ${parent} by a real folder.`,
  });
}

export function dataLocked(lock: string, holder: string | undefined): LockstepError {
  return new LockstepError({
    code: 'data-locked',
    message: `Another process works on the data of this repository${holder === undefined ? '' : ` (${holder})`}; it holds ${lock}.`,
    mend: 'Wait until it has ended and try again.',
  });
}

export function lockIsLink(lock: string): LockstepError {
  return new LockstepError({
    code: 'lock-is-link',
    message: `${lock} is a symbolic link. What it leads to was left alone.`,
    mend: `Remove it: rm ${lock}`,
  });
}

export function pathBusy(path: string, holder: string): LockstepError {
  return new LockstepError({
    code: 'path-busy',
    message: `${path} is in use by another process (${holder}).`,
    mend: 'Wait until it has ended and try again.',
  });
}

export function casesFallTogether(path: string, [one, other]: readonly [string, string]): LockstepError {
  return new LockstepError({
    code: 'cases-fall-together',
    message: `${path} cannot be placed here: ${JSON.stringify(one)} and ${JSON.stringify(other)} are one file on this file system. Nothing of it was placed.`,
    mend: 'Use a file system that tells upper from lower case, or rename one of them where they come from.',
  });
}
