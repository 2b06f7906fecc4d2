/**
 * Lets go of snapshots that no run needs any more. A tree is released only when two looks, a grace period apart, both
 * found it unneeded: a run that is just being written down is not yet among the needed.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import type { Code } from '../runs/plan.ts';
import { notARepository } from './errors.ts';
import { findRepository } from './findRepository.ts';
import { listKeptTrees, releaseTrees } from './keepTrees.ts';
import { runGit } from './runGit.ts';
import { openSnapshotStore, snapshotRepositoryOf } from './snapshotStore.ts';

/** The part of a record that names trees. */
export type NeededCode = Pick<Code, 'tree' | 'headTree' | 'heldTree'> & Partial<Pick<Code, 'submodules'>>;

export interface ReleaseRequest {
  /** Any folder of the repository. */
  readonly root: string;
  /** Of every run there is, those in the trash included. */
  readonly needed: Iterable<NeededCode>;
  /** Milliseconds between the look that first found a tree unneeded and the one that releases it. */
  readonly graceMs?: number;
  /** Milliseconds since the epoch; the clock's when absent. */
  readonly now?: number;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
}

const oneDay = 24 * 60 * 60 * 1000;

/**
 * The trees that were released; their objects are deleted once they are two weeks old. Snapshots inside submodules stay.
 * Rejects with `not-a-repository`, or when git fails.
 */
export async function releaseUnneeded(request: ReleaseRequest): Promise<string[]> {
  const { root, signal, environment = process.env, graceMs = oneDay, now = Date.now() } = request;
  const repository = await findRepository(root, environment);
  if (repository === undefined) throw notARepository(root);
  const context = { repository, environment, signal };
  const needed = new Set<string>();
  for (const code of request.needed)
    for (const { tree, headTree, heldTree } of [code, ...(code.submodules ?? [])])
      for (const id of [tree, headTree, heldTree]) if (id !== undefined) needed.add(id);

  const notes = join(repository.commonDir, 'lockstep', 'index', 'unneeded-trees.json');
  const noticed = await readNotes(notes);
  const own = { ...context, repository: snapshotRepositoryOf(repository) };
  await openSnapshotStore(repository);
  const kept = new Set([...(await listKeptTrees(own)), ...(await listKeptTrees(context))]);
  const unneeded = [...kept].sort().filter(tree => !needed.has(tree));
  const since = (tree: string): number => noticed[tree] ?? now;
  const released = unneeded.filter(tree => now - since(tree) >= graceMs);
  await releaseTrees(own, released);
  await releaseTrees(context, released);
  if (released.length > 0) {
    // What is kept refers to unchanged files in the person's store, so the walk must see it. Recent objects may
    // belong to a snapshot that is just being taken. A walk that fails deletes nothing.
    const variables = { GIT_ALTERNATE_OBJECT_DIRECTORIES: join(repository.commonDir, 'objects') };
    await runGit(own, ['prune', '--expire=2.weeks.ago'], { tolerant: true, variables });
  }
  const waiting = unneeded.filter(tree => !released.includes(tree));
  await mkdir(dirname(notes), { recursive: true });
  await writeJsonAtomic(notes, Object.fromEntries(waiting.map(tree => [tree, since(tree)])));
  return released;
}

/** Tree → when it was first found unneeded. Disposable: without it the grace period starts anew. */
async function readNotes(path: string): Promise<Record<string, number>> {
  try {
    return z.record(z.string(), z.number()).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return {};
  }
}
