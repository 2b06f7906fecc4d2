/**
 * What the working tree holds at pinned paths: hashes of files and folders, from the state where nothing changed since
 * they were hashed. Reads only; writes nothing but the state.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CachePresence } from '../cache/cachePresence.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { FolderListing } from '../folderListing.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { batchFiles, joinPaths } from '../workers/dataJobs.ts';
import { shareBatches } from '../workers/shareBatches.ts';
import { statWidth } from '../walk/fileColumns.ts';
import { pathKinds, statBatch } from '../walk/statBatch.ts';
import { sameTree } from '../walk/sameTree.ts';
import { walkFolder } from '../walk/walkFolder.ts';
import { hashColumns, type HashPlan } from './hashColumns.ts';
import { folderResult, fileResult, emptyResult, type HashedPath } from './hashedPath.ts';
import { readKnownHashes } from './hashStateFile.ts';
import { makesIncomplete } from './makesIncomplete.ts';
import { filesStatePath, folderStatePath } from './statePaths.ts';

export type { HashedPath } from './hashedPath.ts';

export interface HashRequest {
  /** Relative to the data root, forward slashes. */
  readonly path: string;
  /**
   * What the pin names. Decides by which function is hashed (of a pin of DVC 2 both variants of its hash count as
   * unchanged, which needs `listing` for a folder); `md5` when absent.
   */
  readonly expected?: { readonly object: ObjectId; readonly listing?: FolderListing };
}

/**
 * In the order of the requests.
 * @param keep What the cache holds: whatever it lacks is stored in it while it is hashed (by `storeOutputs`).
 */
export async function hashOutputs(
  repository: DataRepository,
  requests: readonly HashRequest[],
  tools: DataTools,
  task: DataTask,
  keep?: CachePresence,
): Promise<readonly HashedPath[]> {
  if (requests.some(request => isUnknownFolder(repository, request))) tools.pool.warm();
  const found = await lookAtPaths(repository, requests, tools, task);
  const results: (HashedPath | undefined)[] = found.map(({ kind }, index) =>
    kind === 'file' || kind === 'folder' ? undefined : emptyResult(requests[index]?.path ?? '', kind),
  );
  for (const algorithm of ['md5', 'md5-dos2unix'] as const) {
    const places = found.flatMap(({ kind }, index) =>
      kind === 'file' && algorithmOf(requests[index]) === algorithm ? [index] : [],
    );
    await hashFiles(repository, requests, places, found, results, algorithm, tools, task, keep);
  }
  for (const [index, request] of requests.entries())
    if (found[index]?.kind === 'folder')
      results[index] = await hashFolder(repository, request, tools, task, keep);
  return results.map((result, index) => result ?? emptyResult(requests[index]?.path ?? '', 'missing'));
}

/** A folder that must be walked, and perhaps read: all threads will have to do. */
function isUnknownFolder(repository: DataRepository, { path, expected }: HashRequest): boolean {
  if (expected === undefined || !isFolderObject(expected.object)) return false;
  return !existsSync(folderStatePath(repository, path, expected.object.algorithm));
}

interface FoundPath {
  readonly kind: HashedPath['kind'];
  /** `statWidth` numbers. */
  readonly stats: Float64Array;
}

async function lookAtPaths(
  repository: DataRepository,
  requests: readonly HashRequest[],
  { pool }: DataTools,
  task: DataTask,
): Promise<readonly FoundPath[]> {
  using meter = new JobMeter(task, 'look');
  const root = `${repository.root}/`;
  const portions: HashRequest[][] = [];
  for (let from = 0; from < requests.length; from += batchFiles)
    portions.push(requests.slice(from, from + batchFiles));
  const stated = await shareBatches(
    pool,
    'stat',
    portions.map(portion => ({ root, paths: joinPaths(portion.map(request => request.path)) })),
    statBatch,
    meter,
  );
  return portions.flatMap((portion, at) =>
    portion.map((_, index) => ({
      kind: outputKind(stated[at]?.kinds[index] ?? 0),
      stats: stated[at]?.stats.subarray(index * statWidth, (index + 1) * statWidth) ?? new Float64Array(0),
    })),
  );
}

function outputKind(index: number): HashedPath['kind'] {
  const kind = pathKinds[index] ?? 'none';
  if (kind === 'none') return 'missing';
  return kind === 'file' || kind === 'folder' ? kind : 'other';
}

function algorithmOf(request: HashRequest | undefined): ObjectId['algorithm'] {
  return request?.expected?.object.algorithm ?? 'md5';
}

/** All single files at once: two thousand pins of a file each share one state and a few messages. */
async function hashFiles(
  repository: DataRepository,
  requests: readonly HashRequest[],
  places: readonly number[],
  found: readonly FoundPath[],
  results: (HashedPath | undefined)[],
  algorithm: ObjectId['algorithm'],
  tools: DataTools,
  task: DataTask,
  keep: CachePresence | undefined,
): Promise<void> {
  if (places.length === 0) return;
  const paths = places.map(place => requests[place]?.path ?? '');
  const stats = new Float64Array(places.length * statWidth);
  for (const [index, place] of places.entries()) stats.set(found[place]?.stats ?? [], index * statWidth);
  const expected = new Map(
    places.map((place, index) => [paths[index] ?? '', requests[place]?.expected?.object.value ?? '']),
  );
  const hashed = await hashColumns(
    {
      root: `${repository.root}/`,
      columns: { paths, stats },
      algorithm,
      expected,
      statePath: filesStatePath(repository, algorithm),
      keepOthers: true,
      ...(keep === undefined ? {} : { keep }),
    },
    repository,
    tools,
    task,
  );
  for (const [index, place] of places.entries())
    results[place] = fileResult(paths[index] ?? '', algorithm, hashed, index);
}

async function hashFolder(
  repository: DataRepository,
  request: HashRequest,
  tools: DataTools,
  task: DataTask,
  keep: CachePresence | undefined,
): Promise<HashedPath> {
  const folder = join(repository.root, request.path);
  const algorithm = algorithmOf(request);
  const statePath = folderStatePath(repository, request.path, algorithm);
  const same = await sameAsKnown(folder, request.path, statePath, tools, task);
  const walked = same ?? (await walkWithMeter(folder, request.path, tools, task));
  const listed = algorithm === 'md5' ? undefined : request.expected?.listing;
  const plan: HashPlan = {
    root: `${folder}/`,
    columns: walked.columns,
    algorithm,
    expected: new Map(listed?.files.map(file => [file.relativePath, file.md5])),
    statePath,
    ...(same === undefined ? {} : { known: same.known }),
    ...(keep === undefined ? {} : { keep }),
    complete: walked.problems.every(problem => !makesIncomplete(problem)),
  };
  const hashed = await hashColumns(plan, repository, tools, task);
  return folderResult(request.path, algorithm, hashed, walked.problems);
}

/** The files as the state knows them, where no name came or went since: then nothing is walked. */
async function sameAsKnown(
  folder: string,
  prefix: string,
  statePath: string,
  { pool, ignore }: DataTools,
  task: DataTask,
) {
  // What rules leave out is not in the state; whether they left out as much then is not known.
  if (ignore?.hasRulesFor(prefix) === true) return undefined;
  const known = await readKnownHashes(statePath);
  if (known === undefined) return undefined;
  using meter = new JobMeter(task, 'look', {}, prefix);
  const columns = await sameTree(folder, known, pool, meter);
  return columns === undefined ? undefined : { known, columns, problems: [] };
}

async function walkWithMeter(folder: string, prefix: string, { pool, ignore }: DataTools, task: DataTask) {
  using meter = new JobMeter(task, 'look', {}, prefix);
  return await walkFolder({ folder, prefix, ...(ignore === undefined ? {} : { ignore }) }, pool, meter);
}
