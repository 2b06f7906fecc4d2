/**
 * Makes paths of the working tree what pins say, from the cache. Nothing that is saved nowhere else is overwritten or
 * removed without `force`; a missing or corrupt object costs its own file; an interrupted placing is completed by the
 * next one.
 */
import { LockstepError } from '../../base/lockstepError.ts';
import type { CachePresence } from '../cache/cachePresence.ts';
import { LinkedObjects } from '../cache/linkedObjects.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository, LinkType } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { FolderListing } from '../folderListing.ts';
import { hashOutputs, type HashedPath } from '../hash/hashOutputs.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { pathBusy } from '../errors.ts';
import { findBusy, readBusyPaths } from '../locks/busyPaths.ts';
import { fullPath, runPlacing, type PlacingRun } from './runPlacing.ts';
import { checkSizes } from './checkSizes.ts';
import { isCacheLink, resumeAfterCrash } from './resumePlacing.ts';
import { fileObject, planPlacing, type KeptPath, type PlacingPlan } from './planPlacing.ts';
import { fileSystemTime } from '../hash/settledTime.ts';
import { PlacingJournal } from './placingJournal.ts';
import { ignoresCase, readTarget, refuseUnsafePath, type PlacingTarget } from './placingTarget.ts';
import { damagedCopies } from './damagedCopies.ts';
import { rememberPlaced } from './rememberPlaced.ts';

export interface PlaceRequest {
  /** Relative to the data root, forward slashes. */
  readonly path: string;
  readonly object: ObjectId;
  /** Bytes as pinned, where known: what does not add up is looked into. */
  readonly size?: number;
  /** A single file that is executable. */
  readonly executable?: boolean;
  /** Overwrite and remove what is saved nowhere else. */
  readonly force?: boolean;
  /** Link or copy again also what is right already. */
  readonly relink?: boolean;
  /** Copies are told by their sha256 and not compared with the names of their objects: the caller knows what they have to be. */
  readonly tellSha256?: boolean;
  /** Of a folder: only these files (relative to it) are placed, replaced or removed; all when absent. */
  readonly select?: (relativePath: string) => boolean;
  /** What `hashOutputs` has just said about the path. */
  readonly current?: HashedPath;
  /** Of a folder: its listing, where the cache was just asked for it. */
  readonly listing?: FolderListing;
}

export interface PlaceResult {
  /**
   * `placed`: it is now as pinned. `unchanged`: it was already. `partly`: all but what `missing`, `corrupt` and
   * `failed` list. `kept`: nothing was touched, because of what `kept` lists. `missing`: the object itself (of a folder
   * the listing) is not in the cache; nothing was touched. `refused`: nothing was touched, `refusal` says why.
   */
  readonly outcome: 'placed' | 'unchanged' | 'partly' | 'kept' | 'missing' | 'refused';
  /** `path-leaves-data`, `parent-is-link`, `listing-refused`, `listing-damaged`, `cases-fall-together`, `path-busy`, `object-corrupt` (of the listing). */
  readonly refusal?: LockstepError;
  /** Files that were linked or copied, and their bytes. */
  readonly placed: { readonly files: number; readonly bytes: number };
  /** Path relative to the output → sha256 in hex, of what was copied where that was asked for. */
  readonly sha256s: ReadonlyMap<string, string>;
  /** Files that are no longer pinned and were removed. */
  readonly removed: number;
  /** Nothing had been there. */
  readonly wasMissing: boolean;
  /** How the files were placed; several when one way did not serve all. */
  readonly links: readonly LinkType[];
  /** Paths relative to the output ('' for a single file). */
  readonly kept: readonly KeptPath[];
  readonly missing: readonly { readonly path: string; readonly object: ObjectId }[];
  readonly corrupt: readonly { readonly path: string; readonly object: ObjectId; readonly found: string }[];
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/** Everything that is known of one request on its way. */
interface Work {
  readonly request: PlaceRequest;
  target?: PlacingTarget;
  current?: HashedPath;
  plan?: PlacingPlan;
  kept?: readonly KeptPath[];
  result?: PlaceResult;
}

/**
 * In the order of the requests. Stopped by the signal it rejects with its reason: whole files then lie where they
 * were placed, and the next call goes on. To be called under `withDvcLock`.
 */
export async function placeOutputs(
  repository: DataRepository,
  requests: readonly PlaceRequest[],
  tools: DataTools,
  task: DataTask,
): Promise<readonly PlaceResult[]> {
  const works: Work[] = requests.map(request => ({ request }));
  if (requests.some(({ object }) => isFolderObject(object))) tools.pool.warm();
  await readTargets(repository, works, tools);
  const journal = new PlacingJournal(repository);
  const interrupted = await journal.read();
  const isOpen = (work: Work): boolean => work.result === undefined;
  const paths = new Set(works.map(work => work.request.path));
  const resumed = interrupted.filter(entry => paths.has(entry.path));
  const resume = await resumeAfterCrash(repository, resumed, tools.cache);
  await readCurrent(repository, works.filter(isOpen), tools, task, resumed.length > 0);
  const presence = await tools.cache.presence();
  const linked = await LinkedObjects.read(repository);
  for (const work of works.filter(isOpen)) {
    const { request, target, current } = work;
    if (target === undefined || current === undefined) continue;
    const options = {
      select: request.select,
      relink: request.relink,
      isCacheLink: (path: string) => isCacheLink(repository, fullPath(request.path, path)),
    };
    work.plan = planPlacing(target, current, presence, options);
    if (request.force !== true) {
      const { algorithm } = request.object;
      const damaged = await damagedCopies(work.plan, current, algorithm, presence, linked, tools, task);
      work.kept = await resume.stillUnsaved(request.path, [...work.plan.unsaved, ...damaged]);
    } else work.kept = [];
    if (work.kept.length > 0) work.result = { ...untouched('kept', current), kept: work.kept };
    else if (!hasWork(target, current, work.plan)) work.result = settledResult(work, presence);
  }
  const runs = works
    .filter(isOpen)
    .flatMap(({ request, target, current, plan }) =>
      target === undefined || current === undefined || plan === undefined
        ? []
        : [{ request, target, current, plan } satisfies PlacingRun],
    );
  // What is kept or missing stays begun; the next placing of it still has to know.
  const ended = new Set(
    works.filter(work => isOpen(work) || work.result?.outcome === 'unchanged').map(work => work.request.path),
  );
  const others = interrupted.filter(entry => !ended.has(entry.path));
  if (runs.length > 0) {
    const startedAt = fileSystemTime(repository.stateFolder);
    // An earlier target stays noted until this one is reached: what was begun for it is still there in part.
    await journal.write([
      ...interrupted,
      ...runs.map(({ request }) => ({ path: request.path, object: textOf(request.object), startedAt })),
    ]);
    const ran = await runPlacing(repository, runs, tools, linked, task);
    const checked = await checkSizes(repository, ran, tools, task);
    // What nobody compared with the name of its object is not known by that name.
    await rememberPlaced(
      repository,
      checked.filter(({ sha256s }) => sha256s.size === 0),
    );
    await journal.write(others);
    let at = 0;
    for (const work of works.filter(isOpen)) {
      const done = checked[at];
      at += 1;
      if (done !== undefined) work.result = resultOf(work, done);
    }
  } else if (others.length < interrupted.length) await journal.write(others);
  return works.map(work => work.result ?? untouched('unchanged', work.current));
}

async function readTargets(
  repository: DataRepository,
  works: readonly Work[],
  { cache }: DataTools,
): Promise<void> {
  const folded = ignoresCase(repository.root);
  const busy = await readBusyPaths(repository);
  for (const work of works) {
    const { path, object, listing } = work.request;
    try {
      refuseUnsafePath(repository.root, path);
      const user = findBusy(busy, repository.root, path);
      if (user !== undefined) throw pathBusy(path, user.holder);
      work.target = await readTarget(cache, object, path, folded, listing);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      work.result =
        error.code === 'object-not-in-cache'
          ? { ...untouched('missing', undefined), missing: [{ path: '', object }] }
          : { ...untouched('refused', undefined), refusal: error };
    }
  }
}

/** @param afresh After a crash nothing that was seen before is believed. */
async function readCurrent(
  repository: DataRepository,
  works: readonly Work[],
  tools: DataTools,
  task: DataTask,
  afresh: boolean,
): Promise<void> {
  const asked = works.filter(work => {
    if (!afresh && work.request.current !== undefined) work.current = work.request.current;
    return work.current === undefined;
  });
  if (asked.length === 0) return;
  const found = await hashOutputs(
    repository,
    asked.map(({ request: { path, object }, target }) => ({
      path,
      expected: { object, ...(target?.folder === true ? { listing: { files: target.files } } : {}) },
    })),
    tools,
    task,
  );
  for (const [index, work] of asked.entries()) {
    const current = found[index];
    if (current !== undefined) work.current = current;
  }
}

function hasWork(target: PlacingTarget, current: HashedPath, plan: PlacingPlan): boolean {
  if (plan.steps.some(step => step.act === 'place' || step.act === 'remove')) return true;
  // A folder without files, which has no step.
  return target.folder && target.files.length === 0 && current.kind !== 'folder';
}

/** Of a request for which nothing is to be done. */
function settledResult({ target, current, plan }: Work, presence: CachePresence): PlaceResult {
  const missing = missingOf(target, plan);
  if (missing.length === 0) return untouched('unchanged', current);
  const whole = target?.folder === false && !presence.has(target.object);
  return { ...untouched(whole ? 'missing' : 'partly', current), missing };
}

function resultOf(work: Work, done: Awaited<ReturnType<typeof runPlacing>>[number]): PlaceResult {
  const { target, current, plan } = work;
  const { corrupt, failed, placed, removed, links, sha256s } = done;
  const missing = [...missingOf(target, plan), ...done.missing];
  const whole = missing.length === 0 && corrupt.length === 0 && failed.length === 0;
  return {
    ...untouched(whole ? 'placed' : 'partly', current),
    placed,
    removed,
    links,
    sha256s,
    missing,
    corrupt,
    failed,
  };
}

function missingOf(
  target: PlacingTarget | undefined,
  plan: PlacingPlan | undefined,
): { path: string; object: ObjectId }[] {
  if (target === undefined || plan === undefined) return [];
  return plan.steps.flatMap(({ act, path, md5 }) =>
    act === 'lacks' && md5 !== undefined ? [{ path, object: fileObject(target, md5) }] : [],
  );
}

function untouched(outcome: PlaceResult['outcome'], current: HashedPath | undefined): PlaceResult {
  return {
    outcome,
    placed: { files: 0, bytes: 0 },
    sha256s: new Map(),
    removed: 0,
    wasMissing: current?.kind === 'missing',
    links: [],
    kept: [],
    missing: [],
    corrupt: [],
    failed: [],
  };
}

function textOf(object: ObjectId): string {
  return `${object.algorithm}:${object.value}`;
}
