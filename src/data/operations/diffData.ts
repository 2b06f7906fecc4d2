/** `lockstep data diff`: what differs between the data of two commits, or of a commit and the working tree. */
import { LockstepError } from '../../base/lockstepError.ts';
import { objectText } from '../cache/objectCache.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { FolderListing } from '../folderListing.ts';
import { isFolderObject, sameObject, type ObjectId } from '../objectId.ts';
import { compareListings } from './compareListings.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';
import { lookAtPins, readKnownListing } from './lookAtPins.ts';
import {
  isMeant,
  selectPins,
  type PinGroup,
  type SelectRequest,
  type SelectedPin,
  type Selection,
} from './selectPins.ts';
import { withTools } from './withTools.ts';

export interface DiffRequest {
  /** A commit. Default HEAD. */
  readonly from?: string;
  /** A commit; the working tree's files when absent. */
  readonly to?: string;
  /** Absolute. */
  readonly paths?: readonly string[];
}

export interface DataChange {
  readonly change: 'added' | 'modified' | 'deleted' | 'renamed';
  /** Relative to the project's root; of a rename the new path. */
  readonly path: string;
  /** Of a rename. */
  readonly oldPath?: string;
  readonly folder: boolean;
  /** The pinned path that it is, or lies in. */
  readonly output: string;
  readonly from?: DataVersion;
  readonly to?: DataVersion;
}

export interface DataVersion {
  readonly object: string;
  /** Bytes, where known: listings of folders do not hold the sizes of their files. */
  readonly size?: number;
  /** Of a folder. */
  readonly files?: number;
  /** False where the content (of a folder: its listing) is not in the cache. */
  readonly inCache: boolean;
}

export interface DataDiff {
  /** As `HEAD`, `v1`; the working tree where absent. */
  readonly from: string;
  readonly to?: string;
  /** Sorted by path; a folder before the files in it. Files inside a folder only where both listings are at hand. */
  readonly changes: readonly DataChange[];
  readonly problems: readonly Problem[];
}

/** Rejects with `revision-not-found`. Takes no lock, changes nothing. */
export async function diffData(
  project: DataProject,
  { from = 'HEAD', to, paths }: DiffRequest,
  task: DataTask,
): Promise<DataDiff> {
  const common = { ...(paths === undefined ? {} : { paths }), signal: task.signal };
  const before = await pinsBefore(project, from, common);
  const after = await selectPins(project, { ...common, ...(to === undefined ? {} : { revision: to }) });
  const problems = [...before.problems, ...after.problems];
  const changes: DataChange[] = [];
  for (const repository of project.repositories) {
    const groupOf = ({ groups }: { groups: readonly PinGroup[] }): readonly SelectedPin[] =>
      groups.find(group => group.repository === repository)?.pins ?? [];
    changes.push(
      ...(await withTools(repository, async tools => {
        const old = await fromPins(groupOf(before), tools);
        const now =
          to === undefined
            ? await fromWorkingTree(repository, groupOf(after), tools, task)
            : await fromPins(groupOf(after), tools);
        return withRenames(await differences(old, now, tools));
      })),
    );
  }
  changes.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  return { from, ...(to === undefined ? {} : { to }), changes, problems };
}

/** Before the first commit HEAD has nothing. */
async function pinsBefore(project: DataProject, revision: string, common: SelectRequest): Promise<Selection> {
  try {
    return await selectPins(project, { ...common, revision });
  } catch (error) {
    const unborn =
      error instanceof LockstepError && error.code === 'revision-not-found' && revision === 'HEAD';
    if (!unborn) throw error;
    return { groups: [], problems: [], unmatched: [] };
  }
}

/** One pinned path on one side. */
interface Side {
  readonly path: string;
  readonly object: ObjectId;
  readonly size?: number;
  readonly files?: number;
  readonly only?: readonly string[];
  readonly listing: () => Promise<FolderListing | undefined>;
}

async function fromPins(pins: readonly SelectedPin[], tools: DataTools): Promise<Map<string, Side>> {
  const sides = pins.flatMap(({ pin, path, only }): [string, Side][] => {
    const { object, size, files } = pin;
    if (object === undefined) return [];
    const listing = async (): Promise<FolderListing | undefined> =>
      (await readKnownListing(tools, object)).listing;
    return [
      [
        path,
        {
          ...{ path, object, listing },
          ...(size === undefined ? {} : { size }),
          ...(files === undefined ? {} : { files }),
          ...(only === undefined ? {} : { only }),
        },
      ],
    ];
  });
  return Promise.resolve(new Map(sides));
}

async function fromWorkingTree(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  tools: DataTools,
  task: DataTask,
): Promise<Map<string, Side>> {
  const looked = await lookAtPins(repository, pins, tools, task);
  const sides = looked.flatMap(({ path, only, current, pin, equal }): [string, Side][] => {
    // What is as pinned is called what the pin calls it (a hash of DVC 2, say).
    const object = equal ? pin.object : current.object;
    if (object === undefined) return [];
    const listing = (): Promise<FolderListing> => Promise.resolve(current.listing());
    return [
      [
        path,
        {
          ...{ path, object, listing, size: current.size },
          ...(isFolderObject(object) ? { files: current.files } : {}),
          ...(only === undefined ? {} : { only }),
        },
      ],
    ];
  });
  return new Map(sides);
}

async function differences(
  old: ReadonlyMap<string, Side>,
  now: ReadonlyMap<string, Side>,
  tools: DataTools,
): Promise<DataChange[]> {
  const changes: DataChange[] = [];
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const before = old.get(path);
    const after = now.get(path);
    if (sameObject(before?.object, after?.object)) continue;
    const inside = await insideChanges(before, after, tools);
    // Of a folder of which some files are meant, a change elsewhere in it is none.
    if ((after ?? before)?.only !== undefined && inside.length === 0) continue;
    const folder = isFolder(after ?? before);
    const whole: DataChange = {
      change: before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified',
      ...{ path, folder, output: path },
      ...(before === undefined ? {} : { from: await versionOf(before, tools) }),
      ...(after === undefined ? {} : { to: await versionOf(after, tools) }),
    };
    changes.push(whole, ...inside);
  }
  return changes;
}

async function insideChanges(
  before: Side | undefined,
  after: Side | undefined,
  tools: DataTools,
): Promise<DataChange[]> {
  const output = (after ?? before)?.path ?? '';
  const empty: FolderListing = { files: [] };
  const from = isFolder(before) ? await before?.listing() : empty;
  const to = isFolder(after) ? await after?.listing() : empty;
  if (from === undefined || to === undefined) return [];
  const only = (after ?? before)?.only;
  const changes: DataChange[] = [];
  for (const { path, change, from: old, to: now } of compareListings(from, to)) {
    if (!isMeant(only, path)) continue;
    changes.push({
      ...{ change, path: `${output}/${path}`, folder: false, output },
      ...(old === undefined ? {} : { from: await fileVersion(old, before, tools) }),
      ...(now === undefined ? {} : { to: await fileVersion(now, after, tools) }),
    });
  }
  return changes;
}

async function versionOf({ object, size, files }: Side, { cache }: DataTools): Promise<DataVersion> {
  return {
    object: objectText(object),
    ...(size === undefined ? {} : { size }),
    ...(files === undefined ? {} : { files }),
    inCache: await cache.has(object),
  };
}

async function fileVersion(md5: string, side: Side | undefined, { cache }: DataTools): Promise<DataVersion> {
  const id: ObjectId = { algorithm: side?.object.algorithm ?? 'md5', value: md5 };
  const found = await cache.look(id);
  return {
    object: objectText(id),
    ...(found === undefined ? {} : { size: found.size }),
    inCache: found !== undefined,
  };
}

/** The same content that left one path and came to another is one change. Files of renamed folders go with them. */
function withRenames(changes: readonly DataChange[]): DataChange[] {
  const gone = new Map<string, DataChange[]>();
  for (const one of changes)
    if (one.change === 'deleted' && one.from !== undefined) {
      const key = one.from.object;
      gone.set(key, [...(gone.get(key) ?? []), one]);
    }
  const renamed = new Map<DataChange, DataChange>();
  const used = new Set<DataChange>();
  for (const one of changes) {
    if (one.change !== 'added' || one.to === undefined) continue;
    const from = gone.get(one.to.object)?.shift();
    if (from === undefined) continue;
    used.add(from);
    renamed.set(one, {
      ...one,
      change: 'renamed',
      oldPath: from.path,
      ...(from.from === undefined ? {} : { from: from.from }),
    });
  }
  return changes.filter(one => !used.has(one)).map(one => renamed.get(one) ?? one);
}

function isFolder(side: Side | undefined): boolean {
  return side !== undefined && isFolderObject(side.object);
}
