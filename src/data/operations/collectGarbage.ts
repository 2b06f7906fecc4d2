/**
 * `lockstep data gc`: removes objects from the cache (and, asked, from a remote) that nothing needs: no working tree,
 * no branch, tag, stash, reflog or other ref, no snapshot and no record of a run. What cannot be read keeps everything.
 */
import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { objectText } from '../cache/objectCache.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { withDvcLock } from '../locks/withDvcLock.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import type { CredentialSource, ObjectStore } from '../remotes/objectStore.ts';
import type { DataProject } from './dataProject.ts';
import type { Amount, Problem } from './dataResult.ts';
import { cacheShared } from './errors.ts';
import { expandListings } from './expandListings.ts';
import { findNeeded, type Looked } from './findNeeded.ts';
import { openDataProject } from './openDataProject.ts';
import { remoteOf, withStore } from './remoteOf.ts';
import { withTools } from './withTools.ts';

export interface GarbageRequest {
  /** Only tell. */
  readonly dryRun: boolean;
  /** Collect from this remote, too. */
  readonly remote?: string;
  /** Other clones or projects (absolute folders) that share the cache: what they need is kept. */
  readonly projects?: readonly string[];
  /** The cache lies outside the repository, and nobody else uses it. */
  readonly alone?: boolean;
  /** Listings of needed folders that cannot be had keep nothing. */
  readonly ignoreMissing?: boolean;
  readonly credentials?: CredentialSource;
}

export interface GarbageResult {
  readonly dryRun: boolean;
  /** Removed, or to be removed, from caches. */
  readonly cache: Amount;
  /** Removed, or to be removed, from the remote. */
  readonly remote?: Amount;
  readonly kept: Amount;
  /** What was looked at. */
  readonly looked: Looked;
  /** Every object that goes, at most 10,000. `where`: `cache`, or the name of the remote. */
  readonly objects: readonly { readonly object: string; readonly size: number; readonly where: string }[];
  /** What could not be read and keeps nothing, because nobody can read it. */
  readonly notes: readonly Problem[];
  readonly problems: readonly Problem[];
}

interface Tally {
  cache: { files: number; bytes: number };
  kept: { files: number; bytes: number };
  remote?: { files: number; bytes: number };
  readonly objects: { object: string; size: number; where: string }[];
}

/**
 * Rejects with `cache-shared` where the cache lies outside the repository and the request names nobody, and with
 * `listings-needed` where the listing of a needed folder cannot be had: nothing is removed then.
 */
export async function collectGarbage(
  project: DataProject,
  request: GarbageRequest,
  task: DataTask,
): Promise<GarbageResult> {
  const { dryRun, projects = [], alone } = request;
  for (const { root, settings } of project.repositories)
    if (!isInside(root, await realFolder(settings.cacheFolder)) && projects.length === 0 && alone !== true)
      throw cacheShared(settings.cacheFolder);
  const others = await Promise.all(projects.map(folder => openDataProject(folder, project.environment)));
  return withLocks(project.repositories, task, async () => {
    const tally: Tally = { cache: { files: 0, bytes: 0 }, kept: { files: 0, bytes: 0 }, objects: [] };
    const caches = await Promise.all(
      uniqueCaches(project.repositories).map(repository =>
        withTools(repository, async tools => ({
          repository,
          there: [...(await tools.cache.presence()).objects()],
        })),
      ),
    );
    // Looked at before what is needed is asked for: what comes meanwhile is no candidate.
    const needed = await findNeeded([project, ...others], task);
    const notes: Problem[] = [];
    for (const { repository, there } of caches)
      await withTools(repository, async tools => {
        const known = await expandListings(repository, needed.values, tools, request, task, notes);
        await sweepCache(there, known, tools, dryRun, task, tally);
      });
    const [first] = project.repositories;
    if (request.remote !== undefined && first !== undefined)
      await withTools(first, async tools => {
        const known = await expandListings(first, needed.values, tools, request, task, []);
        const settings = remoteOf(first, {}, request.remote);
        await withStore(settings, { credentials: request.credentials }, store =>
          sweepRemote(store, settings.name, known, dryRun, task, tally),
        );
      });
    return { dryRun, ...tally, looked: needed.looked, notes, problems: needed.problems };
  });
}

async function withLocks<T>(
  repositories: readonly DataRepository[],
  task: DataTask,
  body: () => Promise<T>,
): Promise<T> {
  const [first, ...rest] = repositories;
  return first === undefined ? body() : withDvcLock(first, task, () => withLocks(rest, task, body));
}

const shownObjects = 10_000;
const batch = 500;

async function sweepCache(
  there: readonly ObjectId[],
  known: ReadonlySet<string>,
  { cache }: DataTools,
  dryRun: boolean,
  task: DataTask,
  tally: Tally,
): Promise<void> {
  for (let at = 0; at < there.length; at += batch) {
    task.signal?.throwIfAborted();
    const part = there.slice(at, at + batch);
    const looks = await Promise.all(part.map(id => cache.look(id)));
    const goes: ObjectId[] = [];
    for (const [index, id] of part.entries()) {
      const size = looks[index]?.size ?? 0;
      const side = known.has(id.value) ? tally.kept : tally.cache;
      side.files += 1;
      side.bytes += size;
      if (side === tally.kept) continue;
      goes.push(id);
      if (tally.objects.length < shownObjects)
        tally.objects.push({ object: objectText(id), size, where: 'cache' });
    }
    // A listing goes before its files, so that no crash leaves one that promises what is gone.
    if (!dryRun) await cache.remove(goes.sort((one, other) => other.value.length - one.value.length));
    task.onProgress?.({
      ...{ phase: 'collect', doneFiles: at + part.length, totalFiles: there.length },
      doneBytes: tally.cache.bytes,
    });
  }
}

const keyForm = /^(files\/md5\/)?([0-9a-f]{2})\/([0-9a-f]{30}(?:\.dir)?)$/;

async function sweepRemote(
  store: ObjectStore,
  name: string,
  known: ReadonlySet<string>,
  dryRun: boolean,
  task: DataTask,
  tally: Tally,
): Promise<void> {
  const remote = { files: 0, bytes: 0 };
  tally.remote = remote;
  const goes: ObjectId[] = [];
  for await (const { key, size = 0 } of store.list('', task.signal)) {
    const match = keyForm.exec(key);
    if (match === null) continue;
    const [, current, start = '', rest = ''] = match;
    const id: ObjectId = { algorithm: current === undefined ? 'md5-dos2unix' : 'md5', value: start + rest };
    if (known.has(id.value)) continue;
    goes.push(id);
    remote.files += 1;
    remote.bytes += size;
    if (tally.objects.length < shownObjects)
      tally.objects.push({ object: objectText(id), size, where: name });
  }
  // Listings first: DVC reads one that is there as "all its files are".
  goes.sort((one, other) => other.value.length - one.value.length);
  if (dryRun) return;
  for (let at = 0; at < goes.length; at += batch) {
    task.signal?.throwIfAborted();
    await store.remove(goes.slice(at, at + batch).map(objectKey), task.signal);
  }
}

function uniqueCaches(repositories: readonly DataRepository[]): DataRepository[] {
  return [...new Map(repositories.map(one => [one.settings.cacheFolder, one])).values()];
}

/** `.dvc/cache` is often a link to a disk that others use, too. */
function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}

function isInside(root: string, folder: string): boolean {
  const inside = relative(root, folder);
  return inside !== '..' && !inside.startsWith(`..${sep}`);
}
