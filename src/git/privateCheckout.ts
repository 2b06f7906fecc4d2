/**
 * Makes a folder in which a recorded run can be executed again: a repository of its own that shares the objects of
 * the original, with its own refs and configuration and no hooks, HEAD at the recorded commit on a branch of the recorded name, and the working files
 * byte for byte as they were. Nothing done inside reaches the person's repository.
 */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LockstepError } from '../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../base/systemError.ts';
import type { Code, SubmoduleSnapshot } from '../runs/plan.ts';
import { bytePathOfRecord, bytePathText } from './bytePath.ts';
import { notARepository, objectMissing, pathLeavesCheckout, targetNotEmpty } from './errors.ts';
import { fillCheckout, type FillTask } from './fillCheckout.ts';
import { findRepository, type Repository } from './findRepository.ts';
import { runGit, type GitContext } from './runGit.ts';
import { isLink, staysInside } from './staysInside.ts';

export interface PrivateCheckoutRequest {
  /** Any working tree of the repository that the code was recorded in. */
  readonly root: string;
  readonly code: Code;
  /** Must not exist, or be an empty folder. */
  readonly target: string;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
  /** As of FillTask: for the program of a stranger, who may read no more of the repository than what they brought. */
  readonly ownObjects?: boolean;
}

export interface PrivateCheckout {
  /** The working tree; `target`. */
  readonly root: string;
  /** What the snapshot knew of but the checkout does not have, with the reason. */
  readonly missing: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Rejects with `target-not-empty`, `not-a-repository`, `object-missing` when the snapshot is gone, or the reason of
 * `signal`; `target` may then be half made and is the caller's to remove.
 */
export async function createPrivateCheckout(request: PrivateCheckoutRequest): Promise<PrivateCheckout> {
  const { root, code, target, signal, environment = process.env, ownObjects } = request;
  const source = await findRepository(root, environment);
  if (source === undefined) throw notARepository(root);
  await mkdir(target, { recursive: true });
  if ((await readdir(target)).length > 0) throw targetNotEmpty(target);
  const task = { environment, signal };
  if (!(await hasTree(source, code.tree, task))) throw objectMissing(`the snapshot ${code.tree}`);
  const fill = { ...task, ownObjects };
  await fillCheckout(source, target, code, fill);
  const missing = code.gaps
    .filter(gap => gap.blob === undefined)
    .map(({ path, reason }) => ({ path, reason }));
  for (const submodule of code.submodules) {
    const failure = await fillSubmodule(source, target, submodule, fill);
    if (failure !== undefined) missing.push({ path: submodule.path, reason: failure });
  }
  return { root: target, missing };
}

/** A file, or a folder that is not empty. */
async function holdsSomething(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length > 0;
  } catch (error) {
    return systemErrorCode(error) !== 'ENOENT';
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

type Task = Pick<GitContext, 'environment' | 'signal'>;

/** Whether the repository, or the snapshot store beside it, has the tree itself. */
export async function hasTree(repository: Repository, tree: string, task: Task): Promise<boolean> {
  const outcome = await runGit({ ...task, repository }, ['cat-file', '-e', `${tree}^{tree}`], {
    tolerant: true,
  });
  return outcome.exitCode === 0;
}

/** Why the submodule could not be filled, or undefined when it was. */
async function fillSubmodule(
  outer: Repository,
  target: string,
  submodule: SubmoduleSnapshot,
  task: FillTask,
): Promise<string | undefined> {
  const path = bytePathText(bytePathOfRecord(submodule));
  const folder = join(target, path);
  // Filling resets what is there: git leaves an empty folder in the place of a submodule, and nothing else will do.
  if (!staysInside(target, bytePathOfRecord(submodule)) || isLink(folder))
    throw pathLeavesCheckout(submodule.path);
  if (await holdsSomething(folder)) return 'something else lies in its place';
  const checkedOut = await findRepository(join(outer.root, path), {});
  const candidates = [
    ...(submodule.gitDir === undefined ? [] : [resolve(outer.commonDir, submodule.gitDir)]),
    ...(checkedOut === undefined ? [] : [checkedOut.commonDir]),
  ];
  // Where the submodule's own store did not survive, its trees were copied to the repository around it.
  candidates.push(outer.commonDir);
  for (const gitDir of candidates) {
    // The working tree that the submodule's settings name may be gone; its git folder stands in for it.
    const repository = { ...outer, root: gitDir, gitDir, commonDir: gitDir, explicit: true };
    const refs = gitDir === outer.commonDir ? [] : undefined;
    try {
      if (!(await exists(gitDir)) || !(await hasTree(repository, submodule.tree, task))) continue;
      await fillCheckout(repository, folder, { ...submodule, refs }, task);
      return undefined;
    } catch (error) {
      task.signal?.throwIfAborted();
      if (gitDir === candidates.at(-1)) return reasonOf(error);
    }
  }
  return 'the repository of the submodule does not have its snapshot any more';
}

/** It ends up in verdicts, where the words of git's plumbing help nobody. */
function reasonOf(error: unknown): string {
  return error instanceof LockstepError && error.code === 'git-failed'
    ? 'git could not restore its recorded files'
    : errorText(error);
}
