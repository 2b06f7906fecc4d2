/**
 * `lockstep data checkout`: makes the pinned paths in the working tree what their pins say, from the cache alone.
 * Nothing that is saved nowhere else is overwritten without `force`, and a missing object costs its own file only.
 */
import { join } from 'node:path';
import { objectText } from '../cache/objectCache.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import { withDvcLock } from '../locks/withDvcLock.ts';
import { isFolderObject, objectKey } from '../objectId.ts';
import { loadPins } from '../pins/loadPins.ts';
import { placeOutputs, type PlaceRequest, type PlaceResult } from '../placing/placeOutputs.ts';
import { recordPlaced, removeStale } from '../placing/recordLinks.ts';
import { checkPlaceFits } from './checkPlaceFits.ts';
import { checkoutLfs } from './checkoutLfs.ts';
import type { DataProject } from './dataProject.ts';
import type { Amount, KeptFile, Problem, TroubledObject } from './dataResult.ts';
import { pathNotPinned, revisionNeedsPaths } from './errors.ts';
import { keepCloudListings } from './keepCloudListings.ts';
import { lookAtPins, type LookedAtPin } from './lookAtPins.ts';
import { isMeant, selectPins, type PinGroup } from './selectPins.ts';
import { isChosen, narrowed, readSparseChoice, type SparseChoice } from './sparseChoice.ts';
import { withTools } from './withTools.ts';

export interface CheckoutRequest {
  /** Absolute pinned paths, folders above them, or files inside a pinned folder; every selected pin when absent. */
  readonly paths?: readonly string[];
  /** Overwrite and delete what is saved nowhere else. */
  readonly force?: boolean;
  /** Link or copy again also what is right already (after a change of `cache.type`). */
  readonly relink?: boolean;
  /** Copies are told by their sha256 and not compared with the names of their objects: the caller knows what they have to be. */
  readonly tellSha256?: boolean;
  /** The pins of this commit instead of the working tree's; needs `paths`. */
  readonly revision?: string;
}

export interface CheckoutResult {
  /** Pinned paths that were not there, relative to the project's root. */
  readonly added: readonly string[];
  readonly modified: readonly string[];
  /** Outputs of an earlier commit that no pin names any more, and that were unchanged. */
  readonly deleted: readonly string[];
  /** Pinned paths that were right already. */
  readonly unchanged: number;
  /** Pinned paths that the sparse choice of this clone leaves out. */
  readonly notSelected: number;
  /** Where this clone has just chosen some: pinned paths that it did not choose and that lie there, in part or whole. */
  readonly stillThere?: readonly string[];
  readonly placed: Amount;
  readonly kept: readonly KeptFile[];
  readonly missing: readonly TroubledObject[];
  readonly problems: readonly Problem[];
  /** Path → sha256 in hex, of what was copied where that was asked for. */
  readonly sha256s?: ReadonlyMap<string, string>;
}

/** What the parts of a checkout add to. */
export interface CheckoutTally {
  readonly added: string[];
  readonly modified: string[];
  readonly deleted: string[];
  unchanged: number;
  notSelected: number;
  files: number;
  bytes: number;
  readonly kept: KeptFile[];
  readonly missing: TroubledObject[];
  readonly problems: Problem[];
  readonly sha256s: Map<string, string>;
}

/** Rejects with `path-not-pinned`, `disk-too-small` and `data-locked` before anything is touched. */
export async function checkoutData(
  project: DataProject,
  request: CheckoutRequest,
  task: DataTask,
): Promise<CheckoutResult> {
  const { paths, revision } = request;
  if (revision !== undefined && paths === undefined) throw revisionNeedsPaths();
  const selection = await selectPins(project, {
    ...(paths === undefined ? {} : { paths }),
    ...(revision === undefined ? {} : { revision }),
    signal: task.signal,
  });
  const tally: CheckoutTally = {
    ...{ added: [], modified: [], deleted: [], unchanged: 0, notSelected: 0, files: 0, bytes: 0 },
    ...{ kept: [], missing: [], problems: [...selection.problems], sha256s: new Map() },
  };
  const unmatched = selection.unmatched.filter(path => path !== '');
  if (unmatched.length > 0 && project.git === undefined) throw pathNotPinned(unmatched);
  for (const group of selection.groups)
    await withDvcLock(group.repository, task, () =>
      withTools(group.repository, tools => checkoutGroup(group, request, tools, task, tally)),
    );
  const everything = paths === undefined || selection.unmatched.includes('');
  await checkoutLfs(project, everything ? undefined : selection.asked, unmatched, task, tally);
  const { files, bytes, sha256s, ...rest } = tally;
  return { ...rest, placed: { files, bytes }, ...(request.tellSha256 === true ? { sha256s } : {}) };
}

async function checkoutGroup(
  group: PinGroup,
  request: CheckoutRequest,
  tools: DataTools,
  task: DataTask,
  tally: CheckoutTally,
): Promise<void> {
  const { repository, prefix } = group;
  // What is asked for by name is wanted this time, whatever this clone chose.
  const choice: SparseChoice = request.paths === undefined ? await readSparseChoice(repository) : {};
  const pinned = group.pins.filter(
    ({ pin }) => pin.object !== undefined && pin.cached && pin.overlaps !== true,
  );
  const chosen = pinned.filter(({ pin }) => isChosen(choice, pin.path)).map(one => narrowed(one, choice));
  tally.notSelected += pinned.length - chosen.length;
  if (request.paths === undefined) {
    const { removed } = await removeStale(repository, await loadPins(repository), tools, task);
    tally.deleted.push(...removed.map(path => prefix + path));
  }
  await keepCloudListings(chosen, tools.cache);
  const looked = await lookAtPins(repository, chosen, tools, task);
  const toPlace = looked.filter(one => !one.equal || request.relink === true || one.only !== undefined);
  tally.unchanged += looked.length - toPlace.length;
  await checkPlaceFits(repository, toPlace, tools);
  const results = await placeOutputs(
    repository,
    toPlace.flatMap(one => placeRequest(one, request)),
    tools,
    task,
  );
  for (const [at, result] of results.entries()) {
    const one = toPlace[at];
    if (one !== undefined) count(result, one, repository.settings.cacheFolder, tally);
  }
  const placed = toPlace.filter((_, at) => isWhole(results[at]));
  await recordPlaced(
    repository,
    [...looked.filter(one => one.equal), ...placed].flatMap(({ pin }) =>
      pin.object === undefined ? [] : [{ path: pin.path, object: pin.object }],
    ),
  );
}

function isWhole(result: PlaceResult | undefined): boolean {
  return result?.outcome === 'placed' || result?.outcome === 'unchanged';
}

/** One for each pin: those that are placed have an object. */
function placeRequest(
  { pin, only, current, listing, equal }: LookedAtPin,
  { force, relink, tellSha256 }: CheckoutRequest,
): PlaceRequest[] {
  const { path, object, size, executable } = pin;
  if (object === undefined) return [];
  return [
    {
      ...{ path, object, executable, current, force: force === true },
      ...{ relink: relink === true, tellSha256: tellSha256 === true },
      ...(size === undefined ? {} : { size }),
      ...(listing === undefined || equal ? {} : { listing }),
      ...(only === undefined || !isFolderObject(object)
        ? {}
        : { select: (file: string) => isMeant(only, file) }),
    },
  ];
}

function count(
  result: PlaceResult,
  { pin, path }: LookedAtPin,
  cacheFolder: string,
  tally: CheckoutTally,
): void {
  const within = (inside: string): string => (inside === '' ? path : `${path}/${inside}`);
  tally.files += result.placed.files;
  tally.bytes += result.placed.bytes;
  for (const [inside, sha256] of result.sha256s) tally.sha256s.set(within(inside), sha256);
  if (result.refusal !== undefined && pin.object !== undefined) {
    if (result.refusal.code === 'object-corrupt')
      tally.missing.push({
        ...{ path, object: objectText(pin.object), trouble: 'corrupt', detail: result.refusal.message },
      });
    else tally.problems.push({ path, what: result.refusal.message });
  }
  if (result.outcome === 'unchanged') tally.unchanged += 1;
  else if (result.placed.files + result.removed > 0 || result.outcome === 'placed')
    (result.wasMissing ? tally.added : tally.modified).push(path);
  for (const kept of result.kept) tally.kept.push({ path: within(kept.path), output: path, what: kept.what });
  if (result.outcome === 'missing' && result.missing.length === 0 && pin.object !== undefined)
    tally.missing.push({
      ...{ path, object: objectText(pin.object), trouble: 'not-in-cache' },
      ...(pin.size === undefined ? {} : { size: pin.size }),
    });
  for (const { path: inside, object } of result.missing)
    tally.missing.push({ path: within(inside), object: objectText(object), trouble: 'not-in-cache' });
  for (const { path: inside, object, found } of result.corrupt)
    tally.missing.push({
      ...{ path: within(inside), object: objectText(object), trouble: 'corrupt' },
      detail: `${join(cacheFolder, objectKey(object))} has the hash ${found}`,
    });
  for (const { path: inside, reason } of result.failed)
    tally.problems.push({ path: within(inside), what: reason });
}
