/**
 * Lets go of snapshots that no run needs any more, in three looks at least a grace period apart: the first notes that
 * a tree is unneeded, the second releases it if it still is, the third deletes objects. A run that starts meanwhile is
 * not yet among the needed; every look keeps again what a run needs, before anything is deleted.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import type { Code } from '../runs/plan.ts';
import { repositoryOfCommonDir, type Repository } from './findRepository.ts';
import { keepTrees, listKeptTrees, releaseTrees } from './keepTrees.ts';
import { runGit, type GitContext } from './runGit.ts';
import { openSnapshotStore, snapshotRepositoryOf } from './snapshotStore.ts';
import { isBelowModules } from './submodules.ts';

/** The part of a record that names trees. */
export type NeededCode = Pick<Code, 'tree' | 'headTree' | 'heldTree'> & Partial<Pick<Code, 'submodules'>>;

export interface ReleaseRequest {
  /** `<git common dir>/lockstep`. */
  readonly store: string;
  /** Of every run there is, those in the trash included; undefined when that cannot be told. Asked before and after. */
  readonly needed: () => Promise<readonly NeededCode[] | undefined>;
  /** Milliseconds between two looks. */
  readonly graceMs?: number;
  /** Milliseconds since the epoch; the clock's when absent. */
  readonly now?: number;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
}

const oneDay = 24 * 60 * 60 * 1000;

/** Whether an earlier look left something to do that may be done now. Costs one small file. */
export async function isReleaseDue(store: string, now = Date.now(), graceMs = oneDay): Promise<boolean> {
  const { unneeded, releasedAt } = await readNotes(notesOf(store));
  const times = [...Object.values(unneeded), ...(releasedAt === undefined ? [] : [releasedAt])];
  return times.some(time => now - time >= graceMs);
}

/**
 * The trees that were released. Objects are deleted a grace period later, once they are two weeks old. Snapshots inside
 * submodules stay, because runs of the repository around them need them, too. Rejects when git fails.
 */
export async function releaseUnneeded(request: ReleaseRequest): Promise<string[]> {
  const { store, signal, environment = process.env, graceMs = oneDay, now = Date.now() } = request;
  const repository = await repositoryOfCommonDir(dirname(store));
  if (repository === undefined || (await isBelowModules(repository.commonDir))) return [];
  const stores: Stores = {
    own: { repository: snapshotRepositoryOf(repository), environment, signal },
    person: { repository, environment, signal },
  };
  const needed = await request.needed();
  if (needed === undefined) return [];
  await openSnapshotStore(repository);
  const kept = await keepAgain(stores, treesOf(needed));

  const notes = notesOf(store);
  const before = await readNotes(notes);
  let { releasedAt } = before;
  if (releasedAt !== undefined && now - releasedAt >= graceMs) {
    await deleteObjects(stores.own, repository);
    releasedAt = undefined;
  }
  const unneeded = [...kept].sort().filter(tree => !treesOf(needed).has(tree));
  const since = (tree: string): number => before.unneeded[tree] ?? now;
  const due = new Set(unneeded.filter(tree => now - since(tree) >= graceMs));
  if (due.size > 0) releasedAt = now;
  const waiting = unneeded.filter(tree => !due.has(tree)).map(tree => [tree, since(tree)] as const);
  // Before the release: whoever is stopped in between leaves behind that there is something to look after.
  await mkdir(dirname(notes), { recursive: true });
  await writeJsonAtomic(notes, { unneeded: Object.fromEntries(waiting), releasedAt });
  if (due.size === 0) return [];
  await releaseTrees(stores.own, [...due]);
  await releaseTrees(stores.person, [...due]);
  const after = treesOf((await request.needed()) ?? needed);
  await keepAgain(stores, after);
  return [...due].filter(tree => !after.has(tree));
}

interface Stores {
  readonly own: GitContext;
  readonly person: GitContext;
}

function treesOf(codes: readonly NeededCode[]): Set<string> {
  const trees = new Set<string>();
  for (const code of codes)
    for (const { tree, headTree, heldTree } of [code, ...(code.submodules ?? [])])
      for (const id of [tree, headTree, heldTree]) if (id !== undefined) trees.add(id);
  return trees;
}

/** Keeps what is needed and there, but kept no more; resolves with all that is kept. */
async function keepAgain({ own, person }: Stores, needed: ReadonlySet<string>): Promise<Set<string>> {
  const kept = new Set([...(await listKeptTrees(own)), ...(await listKeptTrees(person))]);
  for (const context of [own, person]) {
    const found = await existing(
      context,
      [...needed].filter(tree => !kept.has(tree)),
    );
    await keepTrees(context, found);
    for (const tree of found) kept.add(tree);
  }
  return kept;
}

async function existing(context: GitContext, trees: readonly string[]): Promise<string[]> {
  if (trees.length === 0) return [];
  const input = trees.map(tree => `${tree}\n`).join('');
  const { stdout } = await runGit(context, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    input,
  });
  const lines = new Set(stdout.toString('latin1').split('\n'));
  return trees.filter(tree => lines.has(`${tree} tree`));
}

/**
 * What is kept refers to unchanged files in the person's store, so the walk must see it. Recent objects may belong to
 * a snapshot that is just being taken. A walk that fails deletes nothing.
 */
async function deleteObjects(own: GitContext, repository: Repository): Promise<void> {
  const variables = { GIT_ALTERNATE_OBJECT_DIRECTORIES: join(repository.commonDir, 'objects') };
  await runGit(own, ['prune', '--expire=2.weeks.ago'], { tolerant: true, variables });
}

const notesSchema = z.object({
  /** Tree → when it was first found unneeded. */
  unneeded: z.record(z.string(), z.number()),
  /** When trees were released last whose objects are still there. */
  releasedAt: z.number().optional(),
});

function notesOf(store: string): string {
  return join(store, 'index', 'unneeded-trees.json');
}

/** Disposable: without them the looks start anew. */
async function readNotes(path: string): Promise<z.infer<typeof notesSchema>> {
  try {
    return notesSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return { unneeded: {} };
  }
}
