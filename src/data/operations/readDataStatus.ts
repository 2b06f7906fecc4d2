/** `lockstep data status`: how the working tree, the cache, the pins and (asked) the remote agree. Takes no lock. */
import { objectText } from '../cache/objectCache.ts';
import { openWholeListings } from '../cache/wholeListings.ts';
import type { CachePresence } from '../cache/cachePresence.ts';
import type { DataTask } from '../dataProgress.ts';
import { isFolderObject } from '../objectId.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import { compareListings } from './compareListings.ts';
import { damagedThroughLinks } from './damagedThroughLinks.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';
import type { DataStatus, FolderChanges, PathState, PathStatus } from './dataStatus.ts';
import { pathNotPinned } from './errors.ts';
import { lackingInCache, lookAtPins, type LookedAtPin } from './lookAtPins.ts';
import type { RemoteLack } from './lackingInRemotes.ts';
import { readLfsStatus } from './readLfsStatus.ts';
import { selectPins, type PinGroup, type SelectedPin } from './selectPins.ts';
import { chosenInside, isChosen, meantFiles, readSparseChoice } from './sparseChoice.ts';
import { walkProblemText } from './walkProblemText.ts';
import { withTools } from './withTools.ts';

export interface StatusRequest {
  /** Absolute pinned paths or folders above them; everything when absent. */
  readonly paths?: readonly string[];
  /** Ask the remotes, too: each output's own, or the one named. */
  readonly remote?: boolean | string;
  /** Do not ask the cache which files of pinned folders it lacks. */
  readonly skipCache?: boolean;
  /** Leave Git LFS out. */
  readonly skipLfs?: boolean;
  readonly credentials?: CredentialSource;
}

/** Rejects with `path-not-pinned` where a path that was asked for has no pin. */
export async function readDataStatus(
  project: DataProject,
  request: StatusRequest,
  task: DataTask,
): Promise<DataStatus> {
  const selection = await selectPins(project, {
    ...(request.paths === undefined ? {} : { paths: request.paths }),
    signal: task.signal,
  });
  const problems: Problem[] = [...selection.problems];
  const paths: PathStatus[] = [];
  const ofGroups = async (): Promise<void> => {
    for (const group of selection.groups)
      paths.push(...(await statusOfGroup(group, request, task, problems)));
  };
  const ofLfs = request.skipLfs === true ? undefined : readLfsStatus(project, selection.asked, task);
  const [lfs] = await Promise.all([ofLfs, ofGroups()]);
  if (lfs !== undefined) {
    paths.push(...lfs);
    const unmatched = selection.unmatched.filter(
      path => path !== '' && !lfs.some(one => one.path === path || one.path.startsWith(`${path}/`)),
    );
    if (unmatched.length > 0) throw pathNotPinned(unmatched);
  }
  paths.sort((one, other) => (one.path < other.path ? -1 : 1));
  const inSync = paths.every(
    ({ state, notSelected }) => notSelected === true || state === 'in-sync' || state === 'unpinned',
  );
  return { paths, problems, inSync };
}

async function statusOfGroup(
  group: PinGroup,
  request: StatusRequest,
  task: DataTask,
  problems: Problem[],
): Promise<PathStatus[]> {
  const { repository, prefix } = group;
  const choice = await readSparseChoice(repository);
  return withTools(repository, async tools => {
    const chosen = group.pins.filter(({ pin }) => isChosen(choice, pin.path));
    const listings = openWholeListings(repository);
    const isWhole = ({ pin: { object, path } }: SelectedPin): boolean =>
      object !== undefined && listings.has(object) && chosenInside(choice, path) === undefined;
    const wholes = new Set(chosen.filter(isWhole).map(({ pin }) => pin.object?.value));
    // The cache lacks nothing of what is known to be whole in it.
    const known = chosen.every(({ pin: { object } }) => object !== undefined && wholes.has(object.value));
    const [looked, presence] = await Promise.all([
      lookAtPins(repository, chosen, tools, task, object => wholes.has(object.value)),
      known || request.skipCache === true ? undefined : tools.cache.presence(),
    ]);
    const lacking =
      request.remote === undefined || request.remote === false
        ? undefined
        : await (
            await import('./lackingInRemotes.ts')
          ).lackingInRemotes(repository, chosen, tools, task, {
            ...(typeof request.remote === 'string' ? { remote: request.remote } : {}),
            ...(request.credentials === undefined ? {} : { credentials: request.credentials }),
          });
    for (const problem of lacking?.problems ?? [])
      problems.push({ path: prefix + problem.path, what: problem.what });
    const found = looked.map(one => {
      const only = chosenInside(choice, one.pin.path);
      const listing = meantFiles(one.listing, only);
      const meant = listing === undefined ? one : { ...one, listing };
      const damaged = damagedThroughLinks(repository, one, tools);
      const status = statusOf(meant, prefix, presence, lacking?.byPath, problems);
      return damaged.length === 0 ? status : { ...status, damaged };
    });
    if (presence !== undefined)
      await listings.save(
        looked.flatMap(one => {
          const { object, cached } = one.pin;
          if (object === undefined || one.listing === undefined || !cached) return [];
          return lackingInCache(one, presence) === undefined ? [object] : [];
        }),
      );
    const left = group.pins
      .filter(({ pin }) => !isChosen(choice, pin.path))
      .map(({ pin, path }) => ({
        ...basics(pin, path, prefix),
        state: 'missing' as const,
        notSelected: true,
      }));
    return [...found, ...left];
  });
}

function statusOf(
  looked: LookedAtPin,
  prefix: string,
  presence: CachePresence | undefined,
  lacking: ReadonlyMap<string, RemoteLack> | undefined,
  problems: Problem[],
): PathStatus {
  const { pin, path, current, listing, listingTrouble } = looked;
  if (listingTrouble !== undefined) problems.push({ path, what: listingTrouble.message });
  if (current.object === undefined && current.kind !== 'missing' && current.kind !== 'other')
    for (const problem of current.problems.slice(0, 3))
      problems.push({
        path: problem.path === '' ? path : `${path}/${problem.path}`,
        what: walkProblemText(problem),
      });
  const changes =
    listing !== undefined && current.kind === 'folder' && !looked.equal
      ? changesOf(looked, listing)
      : undefined;
  const notInCache = presence === undefined ? undefined : lackingInCache(looked, presence);
  const notInRemote = lacking?.get(pin.path);
  return {
    ...basics(pin, path, prefix),
    state: stateOf(looked, changes),
    ...(current.object === undefined ? {} : { current: objectText(current.object) }),
    ...(notInCache === undefined ? {} : { notInCache }),
    ...(notInRemote === undefined ? {} : { notInRemote }),
    ...(changes === undefined ? {} : { changes }),
  };
}

function basics(pin: LookedAtPin['pin'], path: string, prefix: string): Omit<PathStatus, 'state'> {
  const { stage, object, size, files } = pin;
  return {
    ...{ path, kind: 'dvc', pinFile: prefix + pin.pinFile },
    folder: object !== undefined && isFolderObject(object),
    ...(stage === undefined ? {} : { stage }),
    ...(object === undefined ? {} : { pinned: objectText(object) }),
    ...(size === undefined ? {} : { size }),
    ...(files === undefined ? {} : { files }),
  };
}

function stateOf({ pin, current, equal }: LookedAtPin, changes: FolderChanges | undefined): PathState {
  if (pin.object === undefined) return 'unpinned';
  if (current.kind === 'missing') return 'missing';
  // Of a folder of which this clone wants a part, that part is as pinned.
  const counts = changes === undefined ? undefined : changes.added + changes.modified + changes.deleted;
  if (equal || counts === 0) return 'in-sync';
  const onlyMissing =
    changes !== undefined && changes.added === 0 && changes.modified === 0 && changes.deleted > 0;
  return onlyMissing ? 'partly' : 'modified';
}

const shownChanges = 1000;

function changesOf({ current }: LookedAtPin, listing: NonNullable<LookedAtPin['listing']>): FolderChanges {
  const counts = { added: 0, modified: 0, deleted: 0 };
  const files: { path: string; change: 'added' | 'modified' | 'deleted' }[] = [];
  for (const { path, change } of compareListings(listing, current.listing())) {
    counts[change] += 1;
    if (files.length < shownChanges) files.push({ path, change });
  }
  return { ...counts, files };
}
