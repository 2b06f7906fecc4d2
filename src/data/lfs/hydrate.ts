/**
 * Fills Git LFS files whose pointers the working tree holds with their content. Only a file that holds exactly the
 * pointer of the index is replaced, whole or not at all: whatever else stands there is somebody's work.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataTask } from '../dataProgress.ts';
import { fetchLfsObjects, type LfsFailure } from './fetchLfsObjects.ts';
import { fillFile, type FilledFile } from './fillFile.ts';
import { findLfsFiles, type LfsFile } from './findLfsFiles.ts';
import type { LfsRepository } from './lfsRepository.ts';
import { noteInIndex } from './noteInIndex.ts';
import { requireRoom } from './requireRoom.ts';
import { sweepUnfilled } from './sweepUnfilled.ts';
import { TransferProgress } from './transferProgress.ts';

export interface HydrateRequest {
  /** Relative to the top, forward slashes; a folder means all below it. Everything when absent. */
  readonly paths?: readonly string[];
  /** Get from the remote what the local store lacks. */
  readonly fetch: boolean;
  /** Name of the remote; the one that git-lfs would take when absent. */
  readonly remote?: string;
  /** What {@link findLfsFiles} has just said of the same paths, where it was asked before. */
  readonly files?: readonly LfsFile[];
}

export interface HydrateResult {
  /** Paths that hold their content now and did not before. */
  readonly filled: readonly string[];
  /** Left as they are, because they hold something else than pointer or content. */
  readonly kept: readonly string[];
  readonly missing: readonly MissingLfsFile[];
  /** What came from the remote. */
  readonly fetched: { readonly files: number; readonly bytes: number };
}

/** Not filled, and why, as a sentence without a full stop: not in the store, refused by the server, damaged. */
export interface MissingLfsFile {
  readonly path: string;
  readonly oid: string;
  readonly size: number;
  readonly why: string;
}

/** How long others may wait. */
const turnMs = 20;

/** Rejects when git does, when there is no room for what is to come, or when aborted: what was filled by then stays. */
export async function hydrate(
  repository: LfsRepository,
  request: HydrateRequest,
  task: DataTask = {},
): Promise<HydrateResult> {
  const files = request.files ?? (await findLfsFiles(repository, request, task));
  const empty = files.filter(file => file.onDisk === 'pointer');
  await sweepUnfilled(repository.git.root, empty);
  const lacking = empty.filter(file => !file.inStore);
  await requireRoom(
    repository,
    request.fetch ? lacking : [],
    request.fetch ? empty : empty.filter(file => file.inStore),
  );
  const fetched =
    request.fetch && lacking.length > 0
      ? await fetchLfsObjects(repository, lacking, request.remote, task)
      : { fetched: [], failures: new Map<string, LfsFailure>() };
  const come = new Set(fetched.fetched.map(object => object.oid));
  const filled: FilledFile[] = [];
  const missing: MissingLfsFile[] = [];
  const changed: string[] = [];
  const progress = new TransferProgress('place', empty, task);
  let turn = performance.now();
  try {
    for (const file of empty) {
      // Small files are filled without waiting: others want their turn, too.
      if (performance.now() - turn > turnMs) {
        await nextTurn();
        turn = performance.now();
      }
      task.signal?.throwIfAborted();
      const { path, oid, size } = file;
      const outcome =
        file.inStore || come.has(oid)
          ? await fillFile(repository, file, task.signal)
          : { why: fetched.failures.get(oid)?.message ?? 'it is not in the local store' };
      if (outcome === 'changed') changed.push(path);
      else if ('why' in outcome) missing.push({ path, oid, size, why: outcome.why });
      else filled.push(outcome);
      progress.onBytes(size);
      progress.fileDone();
    }
  } finally {
    progress.end();
    // Also those that an earlier process filled and could not note any more.
    const unnoted = files.flatMap(file =>
      file.unnoted === undefined ? [] : [{ path: file.path, file, stats: file.unnoted }],
    );
    await noteInIndex(repository, [...filled, ...unnoted]);
  }
  return {
    filled: filled.map(file => file.path),
    kept: [...files.filter(file => file.onDisk === 'modified').map(file => file.path), ...changed],
    missing,
    fetched: {
      files: fetched.fetched.length,
      bytes: fetched.fetched.reduce((sum, object) => sum + object.size, 0),
    },
  };
}

export type { LfsFile };
