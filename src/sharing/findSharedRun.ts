/**
 * A run that is not here, looked for among the shared runs of the remotes and among those that somebody fetched by hand,
 * and fetched with its code where one has it.
 */
import { findRepository, type Repository } from '../git/findRepository.ts';
import { notInGit, sharedNotFound, recordRefused } from './errors.ts';
import { fetchFrom } from './fetchShared.ts';
import { bringSnapshot, hasSnapshot } from './record/bringCommit.ts';
import { personContext } from './record/sharedRepository.ts';
import { chooseRemote, isSamePlace, listRemotes, type GitRemote } from './remote/gitRemote.ts';
import { readRemoteRefs } from './remote/remoteRefs.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import type { StorePath } from '../runs/runPaths.ts';
import type { ShareTask } from './shareTask.ts';

export interface FindSharedRequest {
  readonly store: StorePath;
  readonly root: string;
  /** An id, or a unique part of one of at least four characters. */
  readonly reference: string;
  /** Only this remote: a name, or the URL of a link, which must be that of a remote of the repository. */
  readonly remote?: string | undefined;
}

/** Whether text could mean a run by its id: names are not looked for elsewhere. */
export function couldBeRunId(text: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{4,26}$/i.test(text);
}

/**
 * The id of the run, which is here now. Throws `shared-run-not-found`, and `shared-record-refused` for one that is not to
 * be trusted. Remotes that cannot be reached are passed over, unless none can.
 */
export async function findSharedRun(request: FindSharedRequest, task: ShareTask): Promise<string> {
  const repository = await findRepository(request.root, task.environment);
  if (repository === undefined) throw notInGit();
  const context = personContext(repository, task);
  const all = await listRemotes(context);
  const { remote: asked } = request;
  const remotes: GitRemote[] =
    asked === undefined
      ? [...all, await byHand(repository, task)]
      : all.filter(({ name, url }) => name === asked || isSamePlace(url, asked));
  let failure: unknown;
  for (const remote of remotes) {
    task.onProgress?.(`Looking for it in ${remote.name} (${remote.shownUrl})`);
    let ids: string[];
    try {
      ids = [...(await readRemoteRefs(repository, remote, 'shared', task)).runs.keys()];
    } catch (error) {
      task.signal?.throwIfAborted();
      failure ??= error;
      continue;
    }
    const part = request.reference.toUpperCase();
    const [id, ...others] = ids.filter(one => one.includes(part));
    if (id === undefined || others.length > 0) continue;
    const { refused } = await fetchFrom(
      repository,
      remote,
      { store: request.store, root: request.root, runs: [id] },
      task,
    );
    const [bad] = refused;
    if (bad !== undefined) throw recordRefused(bad.id, bad.why);
    return id;
  }
  if (failure !== undefined) throw failure as Error;
  throw sharedNotFound(
    request.reference,
    all.map(({ name }) => name),
  );
}

/** This repository itself: `git fetch` by hand, as `lockstep share link` says it, has put the ref of the run here. */
function byHand(repository: Repository, task: ShareTask): Promise<GitRemote> {
  return chooseRemote(personContext(repository, task), repository.commonDir);
}

/** The code of a run that somebody shared, fetched where it is not here yet. Nothing to do for any other run. */
export async function ensureSharedCode(
  { root, run }: { readonly root: string; readonly run: RunDetails },
  task: ShareTask,
): Promise<void> {
  const { shared, plan } = run;
  if (shared === undefined || plan === undefined) return;
  const repository = await findRepository(root, task.environment);
  if (repository === undefined) throw notInGit();
  if (await hasSnapshot(repository, plan, task)) return;
  const remotes = await listRemotes(personContext(repository, task));
  const remote =
    remotes.find(({ name, url }) => name === shared.remote && isSamePlace(url, shared.url)) ??
    remotes.find(({ url }) => isSamePlace(url, shared.url)) ??
    (await chooseRemote(personContext(repository, task), shared.url));
  task.onProgress?.(`Fetching its code from ${remote.shownUrl}`);
  await bringSnapshot(repository, remote, plan, task);
}
