/** Facts about a repository that identify it and tell how its files came to be: HEAD, remotes, settings, roots. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import type { Known } from '../runs/known.ts';
import type { Repository } from './findRepository.ts';
import { runGit, type GitContext } from './runGit.ts';

export interface HeadCommit {
  readonly id: string;
  readonly tree: string;
  /** The raw commit object. */
  readonly bytes: Buffer;
}

/** Undefined on an unborn branch. */
export async function headCommit(context: GitContext): Promise<HeadCommit | undefined> {
  const { stdout } = await runGit(context, ['cat-file', '--batch'], { input: 'HEAD\n' });
  const lineEnd = stdout.indexOf(10);
  const match = /^([0-9a-f]+) commit (\d+)$/.exec(stdout.toString('latin1', 0, Math.max(0, lineEnd)));
  if (match === null) return undefined;
  const [, id = '', size = '0'] = match;
  const bytes = stdout.subarray(lineEnd + 1, lineEnd + 1 + Number(size));
  const tree = /^tree ([0-9a-f]+)\n/.exec(bytes.toString('latin1', 0, 80))?.[1] ?? '';
  return { id, tree, bytes };
}

/** How a commit goes into the record: as text where it is text. */
export function recordedCommit(bytes: Buffer): { headCommitText: string } | { headCommitBase64: string } {
  const headCommitText = bytes.toString('utf8');
  return Buffer.from(headCommitText, 'utf8').equals(bytes)
    ? { headCommitText }
    : { headCommitBase64: bytes.toString('base64') };
}

/** Git's whole configuration as it applies here; names in lower case as git prints them, the last value of each wins. */
export async function gitSettings(context: GitContext): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runGit({ ...context, settings: [] }, ['config', '--list', '-z', '--includes']);
  const settings = new Map<string, string>();
  for (const entry of stdout.toString('utf8').split('\0')) {
    const lineEnd = entry.indexOf('\n');
    const name = lineEnd < 0 ? entry : entry.slice(0, lineEnd);
    // A name without a value means true.
    if (name !== '') settings.set(name, lineEnd < 0 ? 'true' : entry.slice(lineEnd + 1));
  }
  return settings;
}

const byteSettings = ['core.autocrlf', 'core.eol', 'core.filemode', 'core.symlinks'];

/** The settings that change the bytes of a checkout. */
export function settingsThatChangeBytes(settings: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    byteSettings.flatMap(name => {
      const value = settings.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Remote name → URL without user, password or token. */
export function remotesOf(settings: ReadonlyMap<string, string>): Record<string, string> {
  const remotes: Record<string, string> = {};
  for (const [name, value] of settings) {
    const remote = /^remote\.(.+)\.url$/s.exec(name)?.[1];
    if (remote !== undefined) remotes[remote] = withoutCredentials(value);
  }
  return remotes;
}

/**
 * A remote URL without what could be a secret: the whole user part of http(s), the password of anything else
 * (the user of ssh is part of the address), query and fragment.
 */
export function withoutCredentials(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(.*)$/is.exec(url);
  if (match === null) return url;
  const [, scheme = '', authority = '', rest = ''] = match;
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  const host = authority.slice(at + 1);
  const keptUser = /^(https?|ftps?)$/i.test(scheme) ? '' : (user.split(':')[0] ?? '');
  const path = /^file$/i.test(scheme) ? rest : rest.replace(/[?#].*$/s, '');
  return `${scheme}://${keptUser === '' ? '' : `${keptUser}@`}${host}${path}`;
}

/** These questions walk history: in a very large repository the answer is not worth delaying the start of a run. */
const walkTimeoutMs = 2000;

/** Whether HEAD is reachable from a remote-tracking branch. */
export async function headOnRemote(context: GitContext, repository: Repository): Promise<Known<boolean>> {
  if (!(await mayHaveRemoteBranches(repository))) return { known: 'captured', value: false };
  return inTime(context, 'history is too long to tell quickly', async timed => {
    const { exitCode, stdout } = await runGit(
      timed,
      ['for-each-ref', '--count=1', '--format=%(refname)', '--contains=HEAD', 'refs/remotes'],
      { tolerant: true },
    );
    return { known: 'captured', value: exitCode === 0 && stdout.length > 0 };
  });
}

/** From git's own files, to save a process where there are none. True when in doubt. */
async function mayHaveRemoteBranches({ commonDir }: Repository): Promise<boolean> {
  const [reftable, folder, packed] = await Promise.all([
    exists(join(commonDir, 'reftable')),
    readdir(join(commonDir, 'refs', 'remotes')).catch(() => []),
    readFile(join(commonDir, 'packed-refs'), 'latin1').catch(() => ''),
  ]);
  return reftable || folder.length > 0 || packed.includes(' refs/remotes/');
}

const rootsSchema = z.object({ head: z.string(), roots: z.array(z.string()) });

/**
 * Root commits of HEAD's history, sorted; empty on an unborn branch, in a shallow clone, and when it takes too long.
 * The walk through all of history is made once for each HEAD: the answer is noted among the disposable files.
 */
export async function rootCommits(
  context: GitContext,
  repository: Repository,
  head: string | undefined,
): Promise<string[]> {
  if (head === undefined || (await exists(join(repository.commonDir, 'shallow')))) return [];
  const note = join(repository.commonDir, 'lockstep', 'index', 'root-commits.json');
  const noted = await readFile(note, 'utf8')
    .then(text => rootsSchema.parse(JSON.parse(text)))
    .catch(() => undefined);
  if (noted?.head === head) return noted.roots;
  const answer = await inTime(context, 'history is too long', async timed => {
    const { exitCode, stdout } = await runGit(timed, ['rev-list', '--max-parents=0', head], {
      tolerant: true,
    });
    const value = exitCode === 0 ? stdout.toString('latin1').split('\n').filter(Boolean).sort() : [];
    return { known: 'captured', value } as const;
  });
  const roots = answer.known === 'captured' ? answer.value : [];
  if (roots.length > 0) {
    // Without the note the next run asks again: a store that cannot be written to fails elsewhere, with a reason.
    await mkdir(dirname(note), { recursive: true })
      .then(() => writeJsonAtomic(note, { head, roots }))
      .catch(() => undefined);
  }
  return roots;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function inTime<T>(
  context: GitContext,
  reason: string,
  ask: (timed: GitContext) => Promise<Known<T>>,
): Promise<Known<T>> {
  const limit = AbortSignal.timeout(walkTimeoutMs);
  const signal = context.signal === undefined ? limit : AbortSignal.any([context.signal, limit]);
  try {
    return await ask({ ...context, signal });
  } catch (error) {
    context.signal?.throwIfAborted();
    if (limit.aborted) return { known: 'unknown', reason };
    throw error;
  }
}
