/**
 * Brings records, without the code that they ran as, into a repository of its own that is gone afterwards. Nothing that
 * arrives is seen by any other git before it has been looked at, and a record without end is cut off.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import type { StorePath } from '../../runs/runPaths.ts';
import { transportFailed } from '../errors.ts';
import { transportVariables, type GitRemote } from '../remote/gitRemote.ts';
import { limitedTransport, TransferTooLarge } from '../remote/limitedTransport.ts';
import { sharedRefOf } from '../sharedRef.ts';
import type { ShareTask } from '../shareTask.ts';
import { sweepFolders } from './sweepFolders.ts';
import { personContext } from './sharedRepository.ts';

export interface FetchedRecords extends AsyncDisposable {
  /** To read their commits in. */
  readonly context: GitContext;
  /** Those that came. */
  readonly ids: readonly string[];
  /** Run → why it did not come. */
  readonly failures: ReadonlyMap<string, string>;
}

/** Of a record on its way; compressed. */
const maxBytes = 160 * 1024 * 1024;
const atOnce = 100;

/** @param ids Runs that the remote has. Rejects with `remote-failed` and its like when none of them comes. */
export async function fetchRecords(
  { repository, store }: { readonly repository: Repository; readonly store: StorePath },
  remote: GitRemote,
  ids: readonly string[],
  task: ShareTask,
): Promise<FetchedRecords> {
  const incoming = join(store, 'incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await sweepFolders(incoming, 'fetch-');
  const folder = await mkdtemp(join(incoming, 'fetch-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const here: Repository = {
      ...repository,
      root: folder,
      gitDir: folder,
      commonDir: folder,
      explicit: true,
    };
    const context: GitContext = { repository: here, environment: task.environment, signal: task.signal };
    const format = repository.idBytes === 32 ? ['--object-format=sha256'] : [];
    await runGit({ ...context, repository: { root: folder, gitDir: folder, explicit: false } }, [
      ...['init', '--bare', '--quiet', '--template=', ...format],
      folder,
    ]);
    const variables = await transportVariables(repository, personContext(repository, task));
    const came: string[] = [];
    const failures = new Map<string, string>();
    const bring = async (some: readonly string[]): Promise<void> => {
      try {
        await fetchSome(here, remote, some, variables, task);
        came.push(...some);
      } catch (error) {
        task.signal?.throwIfAborted();
        if (some.length === 1 && (ids.length > 1 || error instanceof TransferTooLarge)) {
          const why = error instanceof TransferTooLarge ? error.message : 'the remote does not give it whole';
          failures.set(some[0] ?? '', why);
          return;
        }
        if (some.length === 1) throw error;
        // One of them cannot be had: each by itself.
        for (const id of some) await bring([id]);
      }
    };
    for (let at = 0; at < ids.length; at += atOnce) await bring(ids.slice(at, at + atOnce));
    return { context, ids: came, failures, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fetchSome(
  here: Repository,
  remote: GitRemote,
  ids: readonly string[],
  variables: NodeJS.ProcessEnv,
  task: ShareTask,
): Promise<void> {
  const args = [
    // The record alone: its parents hold the code.
    ...['-c', 'fetch.fsckObjects=true', 'fetch', '--depth=1', '--progress', '--no-tags', '--no-prune'],
    ...['--no-write-fetch-head', '--refmap=', '--', remote.url],
    ...ids.map(id => `+${sharedRefOf(id)}:refs/in/${id}`),
  ];
  const { exitCode, stderr } = await limitedTransport(
    { repository: here, args, variables },
    { objects: join(here.gitDir, 'objects'), bytes: maxBytes },
    task,
  );
  if (exitCode !== 0) throw transportFailed('read', remote, stderr);
}
