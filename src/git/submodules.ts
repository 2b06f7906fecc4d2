/**
 * Submodules are repositories of their own: each has its own snapshot in its own object store. Where that store would
 * go with a working tree, the snapshot is copied to the outermost repository, so that it survives there.
 */
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import type { Code, SnapshotGap, SubmoduleSnapshot } from '../runs/plan.ts';
import { bytePathOfRecord, bytePathText, recordedPath, type BytePath } from './bytePath.ts';
import { findRepository, repositoryOfCommonDir, type Repository } from './findRepository.ts';
import { areKept, keepTrees } from './keepTrees.ts';
import { runGit, type GitContext } from './runGit.ts';
import { snapshotRepositoryOf } from './snapshotStore.ts';
import type { TemporaryIndex } from './temporaryIndex.ts';

export interface Submodule {
  readonly path: BytePath;
  readonly repository: Repository;
  readonly url: string | undefined;
  readonly code: Code;
}

/** Snapshots of all submodules that are checked out, each taken by `take` and kept where it survives. */
export async function snapshotSubmodules(
  repository: Repository,
  outermost: Repository,
  copying: Promise<TemporaryIndex>,
  take: (submodule: Repository) => Promise<Code>,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<Submodule[]> {
  const { entries } = await copying;
  const links = entries.filter(entry => entry.mode === submoduleMode && entry.stage <= 1);
  const found = await Promise.all(
    links.map(async ({ path }) => {
      const folder = join(repository.root, bytePathText(path));
      const inner = await findRepository(folder, {});
      // A submodule that is not checked out is an empty folder of the repository around it.
      if (inner === undefined || inner.root !== folder) return [];
      const code = await take(inner);
      if (code.head === undefined) return [];
      if (!survives(inner, outermost)) await copyTrees(inner, outermost, treesOf(code), task);
      return [{ path, repository: inner, url: code.remotes['origin'], code }];
    }),
  );
  return found.flat();
}

/** Git keeps a submodule's objects below `modules`; those of a linked working tree, or inside the folder, go with it. */
function survives(submodule: Repository, outermost: Repository): boolean {
  return isBelow(join(outermost.commonDir, 'modules'), submodule.commonDir);
}

/** Whether git keeps this folder for a submodule, among the `modules` of the repository around it. */
export async function isBelowModules(commonDir: string): Promise<boolean> {
  for (let folder = dirname(commonDir); folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) !== 'modules') continue;
    const outer = await repositoryOfCommonDir(dirname(folder));
    if (outer !== undefined) return true;
  }
  return false;
}

function isBelow(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
}

/** Every tree that a record needs, submodules aside. */
function treesOf(code: Pick<Code, 'tree' | 'headTree' | 'heldTree'>): string[] {
  return [code.tree, code.headTree, code.heldTree].filter(id => id !== undefined);
}

/** Once for each state of the submodule: what is kept already is not copied again. */
export async function copyTrees(
  from: Repository,
  to: Repository,
  trees: readonly string[],
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<void> {
  const target = { ...task, repository: snapshotRepositoryOf(to) };
  if (await areKept(target, trees)) return;
  const input = trees.map(tree => `${tree}\n`).join('');
  const packed = await runGit({ ...task, repository: from }, ['pack-objects', '--revs', '--stdout', '-q'], {
    input,
  });
  await runGit({ ...task, repository: to }, ['unpack-objects', '-q'], {
    input: packed.stdout,
    storing: true,
  });
  await keepTrees(target, trees);
}

const submoduleMode = 0o160000;

export function gapsOfSubmodule({ path, code }: Submodule): SnapshotGap[] {
  return code.gaps
    .filter(gap => gap.blob === undefined)
    .map(gap => ({ ...gap, ...recordedPath(`${path}/${bytePathOfRecord(gap)}`) }));
}

export function recordSubmodule(
  { path, repository, url, code }: Submodule,
  outermost: Repository,
): SubmoduleSnapshot[] {
  const shared = isBelow(outermost.commonDir, repository.gitDir);
  const inside = relative(outermost.commonDir, repository.gitDir);
  const own: SubmoduleSnapshot = {
    ...recordedPath(path),
    ...(url === undefined ? {} : { url }),
    head: code.head ?? '',
    tree: code.tree,
    dirty: code.changedCount > 0,
    headCommitText: code.headCommitText,
    headCommitBase64: code.headCommitBase64,
    headTree: code.headTree,
    heldTree: code.heldTree,
    settings: code.settings,
    gitDir: shared ? inside.replaceAll('\\', '/') : repository.gitDir,
    gaps: code.gaps.filter(gap => gap.blob !== undefined),
  };
  const deeper = code.submodules.map(inner => ({
    ...inner,
    ...recordedPath(`${path}/${bytePathOfRecord(inner)}`),
  }));
  return [own, ...deeper];
}
