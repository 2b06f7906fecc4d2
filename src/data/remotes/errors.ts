/** The failures of remotes and of transfers to and from them. No message holds a secret: remotes are named by label. */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { PassingTrouble } from './passingTrouble.ts';

/** Codes of failures that concern a whole remote: what one object met, every other one would meet too. */
export const wholeRemoteCodes: ReadonlySet<string> = new Set([
  'remote-unreachable',
  'remote-access-denied',
  'remote-not-found',
  'remote-credentials',
  'remote-setting',
  'remote-host-key',
  'remote-cannot-write',
  'disk-full',
  'disk-too-small',
  'cache-not-writable',
]);

export function remoteKindUnknown(name: string, scheme: string): LockstepError {
  return new LockstepError({
    code: 'remote-kind-unknown',
    message: `Remote ${name} speaks ${scheme}, which Lockstep does not.`,
    mend: 'Use dvc for it, or a remote on S3, Google Cloud Storage, Azure, SSH, HTTP or in a folder.',
  });
}

export function remoteSettingWrong(name: string, option: string, why: string): LockstepError {
  return new LockstepError({
    code: 'remote-setting',
    message: `Remote ${name}: ${option} ${why}.`,
    mend: `Change it in .dvc/config or .dvc/config.local.`,
    kind: 'usage',
  });
}

export function remoteCannotList(label: string): LockstepError {
  return new LockstepError({
    code: 'remote-cannot-list',
    message: `${label} cannot tell what it holds.`,
  });
}

export function remoteCannotWrite(label: string, words: string): LockstepError {
  return new LockstepError({
    code: 'remote-cannot-write',
    message: `${label} takes no objects: ${words}`,
    mend: 'Choose a remote that can be written to.',
  });
}

export function objectNotFound(label: string, key: string): LockstepError {
  return new LockstepError({ code: 'object-not-found', message: `${label} does not have ${key}.` });
}

/** The bucket, container, folder or host that the remote names is not there. */
export function remoteNotFound(label: string, what: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'remote-not-found',
    message: `${label}: ${what} does not exist.`,
    mend: "Check the remote's url in .dvc/config.",
    cause,
  });
}

/** The editor asks again for what it had been told. */
export const accessDeniedCode = 'remote-access-denied';

export function remoteAccessDenied(
  label: string,
  words: string,
  mend: string,
  cause?: unknown,
): LockstepError {
  return new LockstepError({
    code: accessDeniedCode,
    message: `${label} refused access: ${/[.!?]$/.test(words) ? words : `${words}.`}`,
    mend,
    cause,
  });
}

export function remoteCredentials(
  label: string,
  words: string,
  mend: string,
  cause?: unknown,
): LockstepError {
  return new LockstepError({ code: 'remote-credentials', message: `${label}: ${words}`, mend, cause });
}

/** A host whose key is not known, or is not the known one: nothing was sent to it. */
export function remoteHostKey(label: string, words: string, mend: string): LockstepError {
  return new LockstepError({ code: 'remote-host-key', message: `${label}: ${words}`, mend });
}

export function sshMissing(): LockstepError {
  return new LockstepError({
    code: 'remote-setting',
    message: 'This machine has no program ssh, which a remote over SSH needs.',
    mend: 'Install OpenSSH (Debian: apt-get install openssh-client).',
  });
}

/** A line that broke, a server that is busy, a host that does not answer: asking again may help. */
export function remoteTrouble(
  label: string,
  words: string,
  more: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
): PassingTrouble {
  return new PassingTrouble({
    code: 'remote-unreachable',
    message: `${label} could not be reached or did not answer as it should: ${words}`,
    mend: 'Check the connection and try again; what has arrived is kept.',
    ...more,
  });
}

/** The remote's own words for something that asking again does not change. */
export function remoteRefused(label: string, words: string, cause?: unknown): LockstepError {
  return new LockstepError({ code: 'remote-refused', message: `${label} refused: ${words}`, cause });
}

export function wrongContent(label: string, id: string, found: string): LockstepError {
  return new LockstepError({
    code: 'wrong-content',
    message: `${label} holds wrong content under ${id}: its hash is ${found}. It was not kept.`,
    mend: 'Remove it there, then push it again from a clone that has it.',
  });
}

/** @param path Of the object in the cache. */
export function cacheObjectCorrupt(path: string, id: string, found: string): LockstepError {
  return new LockstepError({
    code: 'cache-object-corrupt',
    message: `The cache holds wrong content under ${id}: its hash is ${found}. It was not pushed.`,
    mend: `Delete ${path} and fetch it again.`,
  });
}

export function folderIncomplete(id: string, absent: number): LockstepError {
  return new LockstepError({
    code: 'folder-incomplete',
    message: `The listing ${id} was not pushed, because ${absent === 1 ? 'a file' : `${absent} files`} that it names did not reach the remote.`,
    mend: 'Fetch what is missing from a clone that has it, then push again.',
  });
}

export function listingUnreadable(id: string, why: string): LockstepError {
  return new LockstepError({
    code: 'listing-unreadable',
    message: `The listing ${id} in the cache cannot be read: ${why}`,
    mend: 'Delete it from the cache and fetch it again.',
  });
}

export function diskTooSmall(folder: string, needed: number, free: number): LockstepError {
  return new LockstepError({
    code: 'disk-too-small',
    message: `${bytesText(needed)} are to be fetched into ${folder}, where ${bytesText(free)} are free.`,
    mend: 'Free some space, move the cache (cache.dir), or fetch selected paths only.',
  });
}

export function diskFull(folder: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'disk-full',
    message: `The disk is full: ${folder} takes no more.`,
    mend: 'Free some space and try again; what has arrived whole is kept.',
    cause,
  });
}

export function cacheNotWritable(folder: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'cache-not-writable',
    message: `${folder} cannot be written to (${errorText(cause)}).`,
    mend: `Give yourself write access to ${folder}.`,
    cause,
  });
}

const closedCodes: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/** Names a failure of the local file system below `folder`; anything else is passed on. */
export function writingFailure(folder: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder, error);
  return code !== undefined && closedCodes.has(code) ? cacheNotWritable(folder, error) : error;
}

function bytesText(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  return power === 0 ? `${count} bytes` : `${(count / 1000 ** power).toFixed(1)} ${units[power] ?? ''}`;
}
