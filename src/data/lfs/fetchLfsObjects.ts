/** Brings Git LFS objects from the remote into the local store: each one whole and verified, or named with the reason. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataTask } from '../dataProgress.ts';
import { downloadLfsObject } from './downloadLfsObject.ts';
import { fetchByGitLfs, whyGitLfs } from './gitLfsProgram.ts';
import { lfsEndpoint } from './lfsEndpoint.ts';
import { lfsFolder } from './lfsFolder.ts';
import { lfsObjectPath, lfsSetting, type LfsRepository } from './lfsRepository.ts';
import { LfsServer } from './lfsServer.ts';
import { requireRoom } from './requireRoom.ts';
import { copyIntoLfsStore, isInLfsStore } from './lfsStore.ts';
import { currentBranch } from './currentBranch.ts';
import { TransferProgress } from './transferProgress.ts';
import { transferRounds } from './transferRounds.ts';

export interface LfsObject {
  readonly oid: string;
  readonly size: number;
}

export interface LfsFailure {
  /** A sentence without a full stop. */
  readonly message: string;
}

export interface FetchedLfsObjects {
  readonly fetched: readonly LfsObject[];
  /** Object id → why it did not come. */
  readonly failures: ReadonlyMap<string, LfsFailure>;
}

/**
 * Rejects with `disk-full-ahead` before the first byte, `lfs-remote-unknown`, `lfs-address-not-supported`,
 * `lfs-not-reached`, `lfs-not-allowed`, `lfs-refused`, or when aborted. What has arrived by then stays.
 */
export async function fetchLfsObjects(
  repository: LfsRepository,
  objects: readonly LfsObject[],
  remote: string | undefined,
  task: DataTask,
): Promise<FetchedLfsObjects> {
  const wanted = objects.filter(({ oid, size }) => !isInLfsStore(repository, oid, size));
  if (wanted.length === 0) return { fetched: [], failures: new Map() };
  await requireRoom(repository, wanted, []);
  const endpoint = await lfsEndpoint(repository, 'download', remote);
  const reason = await whyGitLfs(repository, endpoint);
  if (reason !== undefined) return fetchByGitLfs(repository, wanted, reason, task);
  const progress = new TransferProgress('fetch', wanted, task);
  if (endpoint.kind === 'folder') return fetchFromFolder(repository, wanted, endpoint.folder, progress, task);
  const incomplete = join(repository.storage, 'incomplete');
  await mkdir(incomplete, { recursive: true });
  const parts = await readdir(incomplete);
  const server = await LfsServer.open(repository, endpoint, 'download', task.signal);
  try {
    const { done, failures } = await transferRounds({
      ...{ server, operation: 'download', objects: wanted, ref: await currentBranch(repository) },
      concurrency: Number(lfsSetting(repository, 'lfs.concurrenttransfers') ?? 8) || 8,
      ...(task.signal === undefined ? {} : { signal: task.signal }),
      move: async (object, told) => {
        const action = told.actions?.download;
        if (action === undefined) return { state: 'failed', why: 'the server does not have it' };
        const context = { repository, server, parts, onBytes: progress.onBytes };
        const abort = task.signal === undefined ? {} : { signal: task.signal };
        const outcome = await downloadLfsObject({ ...context, ...abort }, object, action);
        if (outcome.state === 'done') progress.fileDone();
        return outcome;
      },
    });
    return { fetched: done, failures };
  } finally {
    server.http.close();
    progress.end();
  }
}

async function fetchFromFolder(
  repository: LfsRepository,
  wanted: readonly LfsObject[],
  folder: string,
  progress: TransferProgress,
  { signal }: DataTask,
): Promise<FetchedLfsObjects> {
  const source = await lfsFolder(folder, repository.environment);
  const fetched: LfsObject[] = [];
  const failures = new Map<string, LfsFailure>();
  for (const object of wanted) {
    signal?.throwIfAborted();
    const { oid, size } = object;
    if (!isInLfsStore(source, oid, size)) failures.set(oid, { message: `${folder} does not have it` });
    else if (await copyIntoLfsStore(repository, oid, lfsObjectPath(source, oid), signal)) {
      fetched.push(object);
      progress.onBytes(size);
      progress.fileDone();
    } else failures.set(oid, { message: `the object in ${folder} is damaged` });
  }
  progress.end();
  return { fetched, failures };
}
