/** Where Git LFS objects are: in the local store, or at the server, which is asked for addresses and sends no content. */
import { LockstepError } from '../../base/lockstepError.ts';
import { currentBranch } from '../../data/lfs/currentBranch.ts';
import type { LfsObject } from '../../data/lfs/fetchLfsObjects.ts';
import { lfsEndpoint } from '../../data/lfs/lfsEndpoint.ts';
import { lfsFolder } from '../../data/lfs/lfsFolder.ts';
import { openLfsRepository, type LfsRepository } from '../../data/lfs/lfsRepository.ts';
import { LfsServer } from '../../data/lfs/lfsServer.ts';
import { isInLfsStore } from '../../data/lfs/lfsStore.ts';
import type { Availability } from '../../runs/forecast.ts';
import type { RemoteQuestion } from './lookAtPinned.ts';

export interface LfsLook {
  readonly availability: Availability;
  readonly from?: string;
  readonly reason?: string;
}

export interface LfsQuestion {
  /** In the repository. Absolute. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly remote: RemoteQuestion;
}

/** By object id. Rejects only when aborted. */
export async function lfsLook(
  objects: readonly LfsObject[],
  { folder, environment, remote }: LfsQuestion,
): Promise<ReadonlyMap<string, LfsLook>> {
  const looks = new Map<string, LfsLook>();
  const wanted = objects.filter(({ oid }) => /^[0-9a-f]{64}$/.test(oid));
  if (wanted.length === 0) return looks;
  const all = (look: LfsLook, those: readonly LfsObject[]): void => {
    for (const { oid } of those) looks.set(oid, look);
  };
  try {
    const repository = await openLfsRepository(folder, environment);
    if (repository === undefined) return looks;
    const here = wanted.filter(({ oid, size }) => isInLfsStore(repository, oid, size));
    all({ availability: 'here', from: 'the Git LFS store' }, here);
    const absent = wanted.filter(one => !here.includes(one));
    if (absent.length > 0)
      for (const [oid, look] of await askServer(repository, absent, remote)) looks.set(oid, look);
  } catch (error) {
    remote.signal?.throwIfAborted();
    const why =
      error instanceof LockstepError ? error.message.replace(/\.$/, '') : 'Git LFS could not be asked';
    all(
      { availability: 'unknown', reason: why },
      wanted.filter(({ oid }) => !looks.has(oid)),
    );
  }
  return looks;
}

async function askServer(
  repository: LfsRepository,
  objects: readonly LfsObject[],
  { network, patienceMs, signal }: RemoteQuestion,
): Promise<ReadonlyMap<string, LfsLook>> {
  const endpoint = await lfsEndpoint(repository, 'download');
  const told = new Map<string, LfsLook>();
  if (endpoint.kind === 'folder') {
    const source = await lfsFolder(endpoint.folder, repository.environment);
    for (const { oid, size } of objects)
      told.set(
        oid,
        isInLfsStore(source, oid, size)
          ? { availability: 'fetchable', from: endpoint.folder }
          : { availability: 'gone', reason: `neither the Git LFS store nor ${endpoint.folder} has it` },
      );
    return told;
  }
  if (!network) {
    for (const { oid } of objects)
      told.set(oid, { availability: 'unknown', reason: 'the Git LFS server was not asked' });
    return told;
  }
  const late = AbortSignal.timeout(patienceMs);
  const patience = signal === undefined ? late : AbortSignal.any([signal, late]);
  const server = await LfsServer.open(repository, endpoint, 'download', patience);
  try {
    const ref = await currentBranch(repository);
    for (let at = 0; at < objects.length; at += 100)
      for (const { oid, error } of await server.batch('download', objects.slice(at, at + 100), ref, patience))
        told.set(
          oid,
          error === undefined || error === null
            ? { availability: 'fetchable', from: 'the Git LFS server' }
            : { availability: 'gone', reason: `neither the Git LFS store nor ${server.url} has it` },
        );
  } catch (error) {
    signal?.throwIfAborted();
    if (!late.aborted) throw error;
    for (const { oid } of objects)
      told.set(oid, { availability: 'unknown', reason: 'the Git LFS server did not answer in time' });
  } finally {
    server.http.close();
  }
  return told;
}
