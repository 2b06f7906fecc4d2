/** Gives the server the Git LFS objects of commits that it lacks. Commits themselves are git's to push. */
import { mkdir } from 'node:fs/promises';
import { objectMissing } from '../../git/errors.ts';
import { gitLine, runGit } from '../../git/runGit.ts';
import type { DataTask } from '../dataProgress.ts';
import { currentBranch } from './currentBranch.ts';
import type { LfsFailure, LfsObject } from './fetchLfsObjects.ts';
import { gitContext } from './gitContext.ts';
import { pushByGitLfs, whyGitLfs } from './gitLfsProgram.ts';
import { chosenRemote, lfsEndpoint } from './lfsEndpoint.ts';
import { lfsFolder } from './lfsFolder.ts';
import { lfsObjectPath, lfsSetting, type LfsRepository } from './lfsRepository.ts';
import { LfsServer } from './lfsServer.ts';
import { copyIntoLfsStore, isInLfsStore } from './lfsStore.ts';
import { readPointerBlobs } from './readPointerBlobs.ts';
import { TransferProgress } from './transferProgress.ts';
import { transferRounds } from './transferRounds.ts';
import { uploadLfsObject } from './uploadLfsObject.ts';

export interface PushLfsRequest {
  /** Name of the remote; the one that git would push to when absent. */
  readonly remote?: string;
  /** Commits, branches or tags; HEAD when absent. */
  readonly revisions?: readonly string[];
}

export interface PushLfsResult {
  readonly pushed: readonly LfsObject[];
  /** The server had them already. */
  readonly present: readonly LfsObject[];
  /** Object id → why the server does not have it now. */
  readonly failures: ReadonlyMap<string, LfsFailure>;
  /** Object id → a path that has it in one of the revisions themselves. */
  readonly paths: ReadonlyMap<string, string>;
}

/**
 * Rejects with `lfs-remote-unknown`, `lfs-address-not-supported`, `lfs-not-reached`, `lfs-not-allowed`, `lfs-refused`,
 * or when aborted. What has arrived by then stays.
 */
export async function pushLfs(
  repository: LfsRepository,
  request: PushLfsRequest,
  task: DataTask = {},
): Promise<PushLfsResult> {
  const { objects, paths } = await objectsToPush(repository, request, task);
  if (objects.length === 0) return { pushed: [], present: [], failures: new Map(), paths };
  return { ...(await pushAll(repository, objects, request, task)), paths };
}

async function pushAll(
  repository: LfsRepository,
  objects: readonly LfsObject[],
  request: PushLfsRequest,
  task: DataTask,
): Promise<Omit<PushLfsResult, 'paths'>> {
  const endpoint = await lfsEndpoint(repository, 'upload', request.remote);
  const reason = await whyGitLfs(repository, endpoint);
  if (reason !== undefined) return pushByGitLfs(repository, objects, request.remote, reason, task);
  const progress = new TransferProgress('push', objects, task);
  if (endpoint.kind === 'folder') return pushToFolder(repository, objects, endpoint.folder, progress, task);
  const server = await LfsServer.open(repository, endpoint, 'upload', task.signal);
  try {
    const { done, present, failures } = await transferRounds({
      ...{ server, operation: 'upload', objects, ref: await currentBranch(repository) },
      concurrency: Number(lfsSetting(repository, 'lfs.concurrenttransfers') ?? 8) || 8,
      ...(task.signal === undefined ? {} : { signal: task.signal }),
      move: async (object, told) => {
        const context = { repository, server, onBytes: progress.onBytes };
        const abort = task.signal === undefined ? {} : { signal: task.signal };
        const outcome = await uploadLfsObject({ ...context, ...abort }, object, told);
        if (outcome.state === 'done' || outcome.state === 'present') progress.fileDone();
        return outcome;
      },
    });
    return { pushed: done, present, failures };
  } finally {
    server.http.close();
    progress.end();
  }
}

/** Of the commits that no remote-tracking branch has, and of the commits named themselves: an earlier push may have failed. */
async function objectsToPush(
  repository: LfsRepository,
  { remote, revisions = ['HEAD'] }: PushLfsRequest,
  task: DataTask,
): Promise<{ objects: readonly LfsObject[]; paths: ReadonlyMap<string, string> }> {
  const context = gitContext(repository, task);
  const name = remote ?? (await chosenRemote(repository, true));
  const known = name === undefined ? [] : ['--not', `--remotes=${name}`];
  const commits = await Promise.all(
    revisions.map(async revision => {
      const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
      const commit = await gitLine(context, args, { tolerant: true });
      // Nothing is to be pushed of an unborn branch.
      if (commit === '' && revision !== 'HEAD') throw objectMissing(`the commit ${revision}`);
      return commit;
    }),
  );
  if (commits.includes('')) return { objects: [], paths: new Map() };
  const input = `${commits.join('\n')}\n`;
  const ids = new Set<string>();
  const named = new Map<string, string>();
  const [history, ...trees] = await Promise.all([
    runGit(context, ['rev-list', '--objects', '--no-object-names', '--stdin', ...known], { input }),
    ...commits.map(commit => runGit(context, ['ls-tree', '-r', '-z', '--full-tree', commit])),
  ]);
  for (const id of history.stdout.toString('latin1').split('\n')) if (id !== '') ids.add(id);
  for (const tree of trees)
    for (const entry of tree.stdout.toString('utf8').split('\0')) {
      const [, id = '', path = ''] = /^100(?:644|755) blob (\w+)\t(.*)$/s.exec(entry) ?? [];
      if (id === '') continue;
      ids.add(id);
      named.set(id, path);
    }
  const objects = new Map<string, LfsObject>();
  const paths = new Map<string, string>();
  for (const [id, { oid, size }] of await readPointerBlobs(context, ids)) {
    objects.set(oid, { oid, size });
    const path = named.get(id);
    if (path !== undefined) paths.set(oid, path);
  }
  return { objects: [...objects.values()], paths };
}

async function pushToFolder(
  repository: LfsRepository,
  objects: readonly LfsObject[],
  folder: string,
  progress: TransferProgress,
  { signal }: DataTask,
): Promise<Omit<PushLfsResult, 'paths'>> {
  const target = await lfsFolder(folder, repository.environment);
  await mkdir(target.storage, { recursive: true });
  const pushed: LfsObject[] = [];
  const present: LfsObject[] = [];
  const failures = new Map<string, LfsFailure>();
  for (const object of objects) {
    signal?.throwIfAborted();
    const { oid, size } = object;
    if (isInLfsStore(target, oid, size)) present.push(object);
    else if (!isInLfsStore(repository, oid, size))
      failures.set(oid, { message: `neither ${folder} nor the local store has it` });
    else if (await copyIntoLfsStore(target, oid, lfsObjectPath(repository, oid), signal)) pushed.push(object);
    else failures.set(oid, { message: 'the object in the local store is damaged' });
    progress.onBytes(size);
    progress.fileDone();
  }
  progress.end();
  return { pushed, present, failures };
}
