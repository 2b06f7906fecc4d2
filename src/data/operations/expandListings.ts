/** The needed objects with everything that needed listings name. A listing that the cache lacks is asked for. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { ObjectId } from '../objectId.ts';
import { fetchObjects } from '../remotes/fetchObjects.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import type { Problem } from './dataResult.ts';
import { listingsNeeded } from './errors.ts';
import { remoteOf, withStore } from './remoteOf.ts';

/**
 * Rejects with `listings-needed`. A listing that is neither here nor in the remote, which was asked, is a note: nobody
 * can ever make the folder from it again.
 */
export async function expandListings(
  repository: DataRepository,
  values: ReadonlySet<string>,
  tools: DataTools,
  request: { readonly ignoreMissing?: boolean; readonly credentials?: CredentialSource },
  task: DataTask,
  notes: Problem[],
): Promise<Set<string>> {
  const known = new Set(values);
  const listings = [...values].filter(value => value.endsWith('.dir'));
  const absent: string[] = [];
  for (const value of listings) if ((await expandOne(value, tools, known)) !== 'known') absent.push(value);
  if (absent.length === 0) return known;
  const asked = await fetchListings(repository, absent, request.credentials, task);
  const unknown: string[] = [];
  for (const value of absent) {
    const again = await expandOne(value, tools, known);
    if (again === 'known') continue;
    if (asked && again === 'absent')
      notes.push({ path: value, what: 'is neither in the cache nor in the remote' });
    else unknown.push(value);
  }
  if (unknown.length > 0 && request.ignoreMissing !== true) throw listingsNeeded(unknown);
  return known;
}

/** Under either algorithm. `unreadable`: it is there and damaged, so what it names is not known and may be all here. */
async function expandOne(
  value: string,
  { cache }: DataTools,
  known: Set<string>,
): Promise<'known' | 'absent' | 'unreadable'> {
  let state: 'known' | 'absent' | 'unreadable' = 'absent';
  for (const algorithm of ['md5', 'md5-dos2unix'] as const) {
    try {
      for (const { md5 } of (await cache.readListing({ algorithm, value })).files) known.add(md5);
      state = 'known';
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      if (state === 'absent' && error.code !== 'object-not-in-cache') state = 'unreadable';
    }
  }
  return state;
}

/** Whether the remote has answered for all of them. */
async function fetchListings(
  repository: DataRepository,
  values: readonly string[],
  credentials: CredentialSource | undefined,
  task: DataTask,
): Promise<boolean> {
  try {
    const settings = remoteOf(repository, {});
    return await withStore(settings, { credentials }, async store => {
      const items = values.flatMap(value =>
        (['md5', 'md5-dos2unix'] as const).map(algorithm => ({
          id: { algorithm, value } satisfies ObjectId,
        })),
      );
      return (await fetchObjects(store, items, repository.settings, task)).failed.length === 0;
    });
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return false;
  }
}
