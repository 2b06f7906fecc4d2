/** `lockstep data fetch`: brings objects of pins from the remotes into the cache; the working tree is not touched. */
import { stat } from 'node:fs/promises';
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import { presenceWithout } from '../cache/cachePresence.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { fetchObjects } from '../remotes/fetchObjects.ts';
import { checkFreeSpace } from '../remotes/freeSpace.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import { transferKey } from '../remotes/transferResult.ts';
import type { DataProject } from './dataProject.ts';
import { findDamaged, keepAside } from './damagedInCache.ts';
import type { Amount, Problem, ReplacedObject, TroubledObject } from './dataResult.ts';
import { fetchCloudFiles } from './fetchCloudFiles.ts';
import { fetchImports } from './fetchImports.ts';
import { fetchLfs } from './fetchLfs.ts';
import { keepCloudListings } from './keepCloudListings.ts';
import { lackingInCache, readKnownListing } from './lookAtPins.ts';
import { groupByRemote, listedItems, pinItems } from './pinObjects.ts';
import { withStore } from './remoteOf.ts';
import { resolveScope } from './resolveScope.ts';
import type { PinGroup, SelectedPin } from './selectPins.ts';
import { isChosen, meantFiles, narrowed, readSparseChoice } from './sparseChoice.ts';
import { TransferTotals } from './transferTotals.ts';
import { withTools } from './withTools.ts';

/** Whose pins are meant: those of the working tree, and those of commits. */
export interface PinScope {
  /** Absolute; as for a checkout. */
  readonly paths?: readonly string[];
  /** Commits, branches or tags, instead of the working tree. */
  readonly revisions?: readonly string[];
  /** Beside the working tree. */
  readonly every?: readonly ('branch' | 'tag' | 'commit')[];
}

export interface TransferRequest extends PinScope {
  /** The name of a remote; else that of each output, else the default one. */
  readonly remote?: string;
  /** Transfers at once. */
  readonly jobs?: number;
  /** That have just been fetched, and are counted with them. */
  readonly listings?: FetchedListings;
  readonly credentials?: CredentialSource;
}

export interface TransferResult {
  /** What went over. */
  readonly moved: Amount;
  /** What was there already; bytes as far as pins tell. */
  readonly present: Amount;
  /** Of a fetch: damaged objects of the cache in whose place whole ones are now. */
  readonly replaced: readonly ReplacedObject[];
  readonly missing: readonly TroubledObject[];
  readonly problems: readonly Problem[];
}

/**
 * Rejects with `disk-too-small` before the first byte where the cache's disk cannot hold what is missing, with
 * `no-remote`, `remote-unknown`, `path-not-pinned` and `revision-not-found`.
 */
export async function fetchData(
  project: DataProject,
  request: TransferRequest,
  task: DataTask,
): Promise<TransferResult> {
  const scope = await resolveScope(project, request, task.signal);
  const totals = new TransferTotals(scope.problems);
  if (request.listings !== undefined) totals.moved(request.listings.keys.size, request.listings.bytes);
  for (const group of scope.groups)
    await withTools(group.repository, tools => fetchGroup(project, group, request, tools, task, totals));
  await fetchLfs(project, scope.lfsPaths, request, task, totals);
  return totals.result();
}

/**
 * The listings of pinned folders that the cache lacks, before anything else: they say how much is to come. What cannot
 * be had is told by the fetch that follows.
 */
export async function fetchListings(
  project: DataProject,
  request: TransferRequest,
  task: DataTask,
): Promise<FetchedListings> {
  const scope = await resolveScope(project, request, task.signal);
  const keys = new Set<string>();
  let bytes = 0;
  for (const group of scope.groups)
    await withTools(group.repository, async tools => {
      const fetched = await fetchListingsOf(group, await wantedPins(group, request), request, tools, task);
      for (const key of fetched.keys) keys.add(key);
      bytes += fetched.bytes;
    });
  return { keys, bytes };
}

export interface FetchedListings {
  /** As `transferKey` tells them apart. */
  readonly keys: ReadonlySet<string>;
  readonly bytes: number;
}

async function fetchListingsOf(
  { repository }: PinGroup,
  pins: readonly SelectedPin[],
  { remote: asked, credentials, jobs }: TransferRequest,
  { cache }: DataTools,
  task: DataTask,
): Promise<FetchedListings> {
  const presence = await cache.presence();
  const unlisted = pins.filter(
    ({ pin: { object, imported, cloudFiles } }) =>
      object !== undefined &&
      isFolderObject(object) &&
      !presence.has(object) &&
      imported?.revision === undefined &&
      cloudFiles === undefined,
  );
  const keys = new Set<string>();
  let bytes = 0;
  for (const { remote, pins: served } of groupByRemote(repository, unlisted, asked))
    await withStore(remote, { credentials, jobs }, async store => {
      const fetched = await fetchObjects(store, pinItems(served), repository.settings, task);
      for (const id of fetched.transferred) keys.add(transferKey(id));
      bytes += fetched.bytes;
    });
  return { keys, bytes };
}

/** What of the group is to be fetched where it is not here. */
async function wantedPins({ repository, pins }: PinGroup, { paths }: PinScope): Promise<SelectedPin[]> {
  // A path that is asked for by name is wanted, whatever this clone chose.
  const choice = paths === undefined ? await readSparseChoice(repository) : {};
  return pins
    .filter(
      ({ pin }) => pin.cached && isChosen(choice, pin.path) && (pin.object ?? pin.cloudFiles) !== undefined,
    )
    .map(one => narrowed(one, choice));
}

async function fetchGroup(
  project: DataProject,
  group: PinGroup,
  request: TransferRequest,
  tools: DataTools,
  task: DataTask,
  totals: TransferTotals,
): Promise<void> {
  const { repository } = group;
  const cached = await wantedPins(group, request);
  await keepCloudListings(cached, tools.cache);
  const listings = await fetchListingsOf(group, cached, request, tools, task);
  totals.moved(listings.keys.size, listings.bytes);
  const isNew = (id: ObjectId): boolean =>
    listings.keys.has(transferKey(id)) || request.listings?.keys.has(transferKey(id)) === true;
  const damaged = await findDamaged(repository, cached, tools, task);
  const presence = presenceWithout(
    await tools.cache.presence(),
    damaged.map(({ id }) => id),
  );
  const lacking: SelectedPin[] = [];
  let expectedBytes = 0;
  for (const selected of cached) {
    const { pin } = selected;
    const known = (await readKnownListing(tools, pin.object)).listing;
    const listing = meantFiles(known, selected.only);
    const lack = lackingInCache({ pin, ...(listing === undefined ? {} : { listing }) }, presence);
    if (lack === undefined && pin.object !== undefined) {
      const listed = isFolderObject(pin.object) ? (pin.files ?? 0) : 0;
      totals.present(listed + (isNew(pin.object) ? 0 : 1), pin.size ?? 0);
      continue;
    }
    lacking.push(selected);
    // Of a part of a folder whose listing is not here nobody knows how much it is.
    if (selected.only === undefined || listing !== undefined)
      expectedBytes += shareOf(pin.size ?? 0, lack?.files ?? 1, pin.files ?? 1);
  }
  if (lacking.length === 0) return;
  await checkFreeSpace(tools.cache.folder, expectedBytes);

  const imports = lacking.filter(({ pin }) => pin.imported?.revision !== undefined);
  const clouds = lacking.filter(
    ({ pin }) => pin.cloudFiles !== undefined && !imports.some(one => one.pin === pin),
  );
  const ordinary = lacking.filter(one => !imports.includes(one) && !clouds.includes(one));
  const { credentials, jobs } = request;
  const aside = await keepAside(repository, damaged, tools);
  const wrong = new Set(damaged.map(({ id }) => transferKey(id)));
  const how = { expectedBytes, isDamaged: (id: ObjectId): boolean => wrong.has(transferKey(id)) };
  try {
    for (const { remote, pins } of groupByRemote(repository, ordinary, request.remote))
      await withStore(remote, { credentials, jobs }, async store => {
        if (store.folder !== undefined && (await isAbsent(store.folder.path)))
          totals.problems.push({
            path: `${group.prefix}.dvc/config`,
            what: `the folder of the remote ${remote.name}, ${store.folder.path}, is not there; is its disk mounted?`,
          });
        const place = repository.settings;
        const first = pinItems(pins).filter(({ id }) => !isNew(id));
        totals.add(first, await fetchObjects(store, first, place, task, how));
        const files = await listedItems(pins, tools, totals.problems);
        totals.add(files, await fetchObjects(store, files, place, task, how));
      });
    await fetchCloudFiles(repository, clouds, request, task, totals, { isDamaged: how.isDamaged });
  } finally {
    totals.replaced.push(...(await aside.settle()));
  }
  await fetchImports(project, group, imports, request, tools, task, totals);
}

async function isAbsent(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

/** Of a folder of `total` files, `absent` of which are to come: about so many of its bytes. */
export function shareOf(bytes: number, absent: number, total: number): number {
  return total <= 0 ? 0 : Math.round((bytes * Math.min(absent, total)) / total);
}
