/**
 * Where the bytes of files can be that a snapshot only lists because git holds a Git LFS pointer for them: the local
 * store of Git LFS, filled from the remote with what the run needs, and no more.
 */
import { fetchLfsObjects } from '../../data/lfs/fetchLfsObjects.ts';
import { lfsObjectPath, openLfsRepository } from '../../data/lfs/lfsRepository.ts';
import type { LfsRepository } from '../../data/lfs/lfsRepository.ts';
import type { LfsPointer } from '../../data/lfs/lfsPointer.ts';
import { isInLfsStore } from '../../data/lfs/lfsStore.ts';
import { readPointerBlobs } from '../../data/lfs/readPointerBlobs.ts';
import { isLacking } from '../../git/gaps.ts';
import { runGit } from '../../git/runGit.ts';
import type { Captured } from '../../runs/captured.ts';
import type { Code } from '../../runs/plan.ts';

export interface LeftOutSource {
  /** Hex sha256 of the content, which the pointer in the snapshot says. */
  readonly sha256: string;
  readonly size: number;
  /** Absolute; undefined where it could not be had, or is not needed. */
  readonly file?: string | undefined;
  /** The run was seen not to read it. */
  readonly unneeded: boolean;
}

export interface LeftOutSourceQuestion {
  readonly workspace: string;
  readonly code: Code;
  readonly captured: Captured | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether to fetch what is not here. */
  readonly fetch: boolean;
  readonly signal: AbortSignal;
}

/** By path, of those gaps that are Git LFS files. Never rejects but when aborted: what cannot be had is named elsewhere. */
export async function leftOutSources(
  question: LeftOutSourceQuestion,
): Promise<ReadonlyMap<string, LeftOutSource>> {
  const { code, workspace, environment, signal } = question;
  const sources = new Map<string, LeftOutSource>();
  const paths = code.gaps
    .filter(gap => isLacking(gap) && gap.reason === 'filtered' && gap.pathBytes === undefined)
    .map(({ path }) => path);
  if (paths.length === 0) return sources;
  try {
    const repository = await openLfsRepository(workspace, environment);
    if (repository === undefined) return sources;
    const pointers = await pointersOf(repository, code.tree, paths, question);
    const needed = [...pointers].filter(([path]) => isNeeded(path, question.captured));
    const lacking = needed
      .map(([, pointer]) => pointer)
      .filter(({ oid, size }) => !isInLfsStore(repository, oid, size));
    if (question.fetch && lacking.length > 0)
      await fetchLfsObjects(repository, lacking, undefined, { signal }).catch(() => signal.throwIfAborted());
    for (const [path, { oid, size }] of pointers)
      sources.set(path, {
        ...{ sha256: oid, size, unneeded: !isNeeded(path, question.captured) },
        file: isInLfsStore(repository, oid, size) ? lfsObjectPath(repository, oid) : undefined,
      });
  } catch {
    signal.throwIfAborted();
  }
  return sources;
}

async function pointersOf(
  repository: LfsRepository,
  tree: string,
  paths: readonly string[],
  { environment, signal }: LeftOutSourceQuestion,
): Promise<Map<string, LfsPointer>> {
  const context = { repository: repository.git, environment, signal, settings: ['core.quotePath=false'] };
  const { stdout } = await runGit(context, ['ls-tree', '-z', tree, '--', ...paths]);
  const blobs = new Map<string, string>();
  for (const line of stdout.toString('utf8').split('\0')) {
    const [, blob, path] = /^\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    if (blob !== undefined && path !== undefined) blobs.set(path, blob);
  }
  const pointers = await readPointerBlobs(context, new Set(blobs.values()));
  const found = new Map<string, LfsPointer>();
  for (const [path, blob] of blobs) {
    const pointer = pointers.get(blob);
    if (pointer !== undefined && pointer.extensions.length === 0) found.set(path, pointer);
  }
  return found;
}

/** A program that nobody observed may have read anything. */
function isNeeded(path: string, captured: Captured | undefined): boolean {
  if (captured?.modules.known !== 'captured' || captured.incomplete === true) return true;
  return captured.inputs.some(input => input.path === path || path.startsWith(`${input.path}/`));
}
