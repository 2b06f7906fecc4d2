/**
 * Where the program git-lfs is the better way: transfers that other programs make (custom transfer agents, its own
 * protocol over ssh, a proxy, Kerberos). Everything else goes faster and safer without it: its objects are verified
 * here as well, and filling a file through it reads the content twice more.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runCommand } from '../../base/runCommand.ts';
import { errorText } from '../../base/systemError.ts';
import type { DataTask } from '../dataProgress.ts';
import { gitLfsNeeded, lfsRemoteUnknown } from './errors.ts';
import type { FetchedLfsObjects, LfsFailure, LfsObject } from './fetchLfsObjects.ts';
import { httpSettings } from './httpSettings.ts';
import { chosenRemote, type LfsEndpoint } from './lfsEndpoint.ts';
import { lfsPointerText } from './lfsPointer.ts';
import { lfsObjectPath, type LfsRepository } from './lfsRepository.ts';
import type { PushLfsResult } from './pushLfs.ts';
import { isInLfsStore, setAsideDamaged, sha256OfFile } from './lfsStore.ts';

/** What about this repository only git-lfs can do, as a clause; undefined nearly always. */
export async function whyGitLfs(
  repository: LfsRepository,
  endpoint: LfsEndpoint,
): Promise<string | undefined> {
  for (const [name, value] of repository.settings) {
    if (/^lfs\.customtransfer\..+\.path$|^lfs(\..+)?\.standalonetransferagent$/s.test(name))
      return 'the configuration of git names a transfer agent of its own';
    if (/^lfs\..+\.sshtransfer$/s.test(name) && value === 'always')
      return 'the configuration of git asks for transfers over ssh';
    if (/^lfs\..+\.access$/s.test(name) && /^(negotiate|ntlm)$/i.test(value))
      return `the server asks for a login by ${value}`;
  }
  if (endpoint.kind === 'folder') return undefined;
  const { proxy } = await httpSettings(repository, endpoint.url);
  return proxy === undefined ? undefined : 'the server is reached through a proxy';
}

/** One object after the other, by the filter that a checkout would start. Rejects with `git-lfs-needed`, or when aborted. */
export async function fetchByGitLfs(
  repository: LfsRepository,
  objects: readonly LfsObject[],
  reason: string,
  { signal, onProgress }: DataTask,
): Promise<FetchedLfsObjects> {
  await requireGitLfs(repository, reason);
  const fetched: LfsObject[] = [];
  const failures = new Map<string, LfsFailure>();
  let doneBytes = 0;
  for (const object of objects) {
    const { oid, size } = object;
    const said = await smudge(repository, object, signal);
    if (!isInLfsStore(repository, oid, size))
      failures.set(oid, { message: said === '' ? 'git-lfs did not fetch it' : said });
    else if ((await sha256OfFile(lfsObjectPath(repository, oid), signal)) === oid) fetched.push(object);
    else {
      await setAsideDamaged(repository, oid);
      failures.set(oid, { message: 'git-lfs stored other content than the pointer names' });
    }
    doneBytes += size;
    onProgress?.({
      ...{ phase: 'fetch', doneFiles: fetched.length, totalFiles: objects.length, doneBytes },
    });
  }
  return { fetched, failures };
}

/** Rejects with `git-lfs-needed`, or when aborted. */
export async function pushByGitLfs(
  repository: LfsRepository,
  objects: readonly LfsObject[],
  remote: string | undefined,
  reason: string,
  { signal }: DataTask,
): Promise<Omit<PushLfsResult, 'paths'>> {
  await requireGitLfs(repository, reason);
  const name = remote ?? (await chosenRemote(repository, true));
  if (name === undefined) throw lfsRemoteUnknown(undefined);
  const pushed: LfsObject[] = [];
  const failures = new Map<string, LfsFailure>();
  for (let at = 0; at < objects.length; at += 100) {
    const part = objects.slice(at, at + 100);
    const { exitCode, stderr } = await runCommand({
      program: 'git',
      args: ['lfs', 'push', '--object-id', name, ...part.map(object => object.oid)],
      ...{ cwd: repository.git.root, env: repository.environment },
      ...(signal === undefined ? {} : { signal }),
    });
    if (exitCode === 0) pushed.push(...part);
    else
      for (const { oid } of part)
        failures.set(oid, { message: stderr.trim().split('\n').at(-1) ?? 'git-lfs did not push it' });
  }
  return { pushed, present: [], failures };
}

/** Puts the object into the store; its content, which git-lfs prints, too, goes nowhere. Resolves with its last words. */
async function smudge(
  { git, environment }: LfsRepository,
  { oid, size }: LfsObject,
  signal?: AbortSignal,
): Promise<string> {
  const child = spawn('git', ['-c', 'lfs.skipdownloaderrors=true', 'lfs', 'smudge'], {
    ...{ cwd: git.root, env: environment, windowsHide: true },
    stdio: ['pipe', 'ignore', 'pipe'],
    ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' }),
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(lfsPointerText({ oid, size, extensions: [] }));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const ended = await once(child, 'close').catch((error: unknown) => {
    signal?.throwIfAborted();
    return errorText(error);
  });
  return typeof ended === 'string' ? ended : (said.trim().split('\n').at(-1) ?? '').replace(/\.$/, '');
}

/** Rejects with `git-lfs-needed`. */
export async function requireGitLfs(repository: LfsRepository, reason: string): Promise<void> {
  const found = await runCommand({
    ...{ program: 'git', args: ['lfs', 'version'], cwd: repository.git.root, env: repository.environment },
    timeoutMs: 30_000,
  }).catch(() => undefined);
  if (found?.exitCode !== 0) throw gitLfsNeeded(reason);
}
