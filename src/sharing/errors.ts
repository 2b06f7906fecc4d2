/** What can go wrong between a run and the people it is shared with. */
import { hideSecrets } from '../base/secretText.ts';
import { LockstepError } from '../base/lockstepError.ts';

export function notShareable(id: string, why: string, mend: string): LockstepError {
  return new LockstepError({
    code: 'run-not-shareable',
    message: `Run ${short(id)} cannot be shared: ${why}.`,
    mend,
    kind: 'usage',
  });
}

/** Who said what about a run is written there: without it, words of others would go on as one's own. */
export function broughtUnreadable(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'brought-unreadable',
    message: `${path} cannot be read; it says which statements about the run came from others.`,
    mend: 'Make it readable, or bring it back from a copy. Removed, what others said counts as said here.',
    cause,
  });
}

export function notInGit(): LockstepError {
  return new LockstepError({
    code: 'not-a-repository',
    kind: 'usage',
    message: 'Runs are shared through the remote of a git repository, and this folder is in none.',
    mend: 'Export the run instead: lockstep share export RUN --output run.zip',
  });
}

export function remoteMissing(): LockstepError {
  return new LockstepError({
    code: 'remote-missing',
    message: 'The repository has no remote to share runs through.',
    mend: 'Add one: git remote add origin URL',
  });
}

export function remoteUnclear(remotes: readonly { readonly name: string }[]): LockstepError {
  return new LockstepError({
    code: 'remote-unclear',
    kind: 'usage',
    message: `The repository has several remotes: ${remotes.map(({ name }) => name).join(', ')}.`,
    mend: 'Say which one: --remote NAME',
  });
}

export function remoteUnknown(asked: string, remotes: readonly { readonly name: string }[]): LockstepError {
  const names = remotes.map(({ name }) => name).join(', ');
  return new LockstepError({
    code: 'remote-unknown',
    kind: 'usage',
    message: `There is no remote ${asked}.${names === '' ? '' : ` There is: ${names}.`}`,
    mend: 'See git remote --verbose',
  });
}

export function remoteUnsafe(asked: string): LockstepError {
  return new LockstepError({
    code: 'remote-unsafe',
    kind: 'usage',
    message: `${JSON.stringify(asked.slice(0, 80))} is no address of a remote.`,
  });
}

/** `what` is `push to`, `read` and the like. */
export function transportFailed(
  what: string,
  remote: { readonly name: string; readonly shownUrl: string },
  stderr: string,
): LockstepError {
  const said = lastWords(stderr);
  const where = remote.name === remote.shownUrl ? remote.shownUrl : `${remote.name} (${remote.shownUrl})`;
  const failed = (code: string, message: string, mend: string): LockstepError =>
    new LockstepError({ code, message: `${message}${said === '' ? '' : ` Git said: ${said}`}`, mend });
  if (
    /hidden ref|funny refname|pre-receive hook declined|GH013|GL-HOOK|refusing to (?:create|update)|prohibited|not allowed to (?:push|create|update)|forbidden ref|cannot lock ref/i.test(
      stderr,
    )
  )
    return failed(
      'remote-refuses-refs',
      `${where} does not take refs below refs/lockstep.`,
      'Allow refs/lockstep/* on that host, name another remote with --remote, or hand the run over as a file: lockstep share export RUN --output run.zip',
    );
  if (
    /exceeds GitHub's file size limit|larger than the maximum|pack exceeds maximum|RPC failed; HTTP 413/i.test(
      stderr,
    )
  )
    return failed(
      'remote-refuses-size',
      `${where} does not take something this large.`,
      'Pin large files as data (lockstep data add), run again, and share that run.',
    );
  if (
    /Authentication failed|Permission denied|could not read (?:Username|Password)|terminal prompts disabled|HTTP 40[13]|error: 40[13]|access rights|Host key verification failed/i.test(
      stderr,
    )
  )
    return failed(
      'remote-not-allowed',
      `${where} does not let you ${what} it.`,
      'Check that git push works there; what git uses to log in is used here, too.',
    );
  return failed(
    'remote-failed',
    `It was not possible to ${what} ${where}.`,
    'Try again when it can be reached.',
  );
}

export function sharedContended(id: string): LockstepError {
  return new LockstepError({
    code: 'share-contended',
    message: `Others kept sharing run ${short(id)} at the same time.`,
    mend: 'Try again.',
  });
}

/** Somebody holds another record under the same id. */
export function sharedDiffers(id: string, where: string): LockstepError {
  return new LockstepError({
    code: 'shared-record-differs',
    message: `${where} holds another record under the id of run ${short(id)}: one of the two was changed. Nothing was replaced.`,
    mend: 'Ask who shared it. A record never changes after the run has started.',
  });
}

export function sharedNotFound(id: string, remotes: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'shared-run-not-found',
    kind: 'usage',
    message: `Run ${id} is neither here nor shared in ${remotes.length === 0 ? 'any remote: the repository has none' : remotes.join(', ')}.`,
    mend: 'Ask its author to run: lockstep share push ' + id.slice(-6),
  });
}

/** `why` is a sentence without its end. */
export function recordRefused(id: string, why: string): LockstepError {
  return new LockstepError({
    code: 'shared-record-refused',
    message: `The shared record of run ${short(id)} was not taken: ${why}.`,
    mend: 'Do not trust it: it was damaged, or made to do harm.',
  });
}

export function snapshotNotShared(id: string, where: string): LockstepError {
  return new LockstepError({
    code: 'shared-snapshot-missing',
    message: `${where} no longer has the code of run ${short(id)}.`,
    mend: 'Ask its author to share it again: lockstep share push ' + id.slice(-6),
  });
}

/** `why` is a sentence without its end. */
export function codeTooLarge(id: string, why: string): LockstepError {
  return new LockstepError({
    code: 'shared-code-too-large',
    message: `The code of run ${short(id)} was not fetched to its end: ${why}.`,
    mend: 'Ask who shared it what it holds.',
  });
}

export function linkWrong(why: string): LockstepError {
  return new LockstepError({
    code: 'link-wrong',
    kind: 'usage',
    message: `That is no link to a run: ${why}.`,
    mend: 'Ask for a new one: lockstep share link RUN',
  });
}

export function exportExists(path: string): LockstepError {
  return new LockstepError({
    code: 'export-exists',
    kind: 'usage',
    message: `${path} exists already.`,
    mend: 'Choose another name, or remove it first.',
  });
}

export function exportFolderMissing(folder: string): LockstepError {
  return new LockstepError({
    code: 'export-folder-missing',
    kind: 'usage',
    message: `There is no folder ${folder} to write to.`,
    mend: 'Make it first, or choose another place.',
  });
}

export function exportTooLarge(bytes: number): LockstepError {
  return new LockstepError({
    code: 'export-too-large',
    message: `The export would be ${Math.round(bytes / 1e6)} MB, more than a zip file without extensions holds.`,
    mend: 'Pin large files as data (lockstep data add), and export a run that reads them from there.',
  });
}

/** Lines of git, and those of ssh, which bear no mark. */
const worthSaying =
  /^(?:remote:|fatal:|error:|!|ssh:)|Permission denied|Host key verification failed|^Connection (?:closed|reset|refused|timed out)/;

function lastWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(line => worthSaying.test(line) && !/^remote:\s*$/.test(line));
  return hideSecrets(lines.slice(-3).join(' ')).slice(0, 600);
}

function short(id: string): string {
  return id.slice(-6);
}
