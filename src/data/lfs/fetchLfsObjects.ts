/** Brings Git LFS objects from the remote into the local store: each one whole and verified, or named with the reason. */
import type { DataTask } from '../dataProgress.ts';
import type { LfsRepository } from './lfsRepository.ts';

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

export async function fetchLfsObjects(
  _repository: LfsRepository,
  objects: readonly LfsObject[],
  _remote: string | undefined,
  _task: DataTask,
): Promise<FetchedLfsObjects> {
  return Promise.resolve({
    fetched: [],
    failures: new Map(
      objects.map(({ oid }) => [oid, { message: 'fetching Git LFS objects is not built yet' }]),
    ),
  });
}
