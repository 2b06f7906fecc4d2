/**
 * The code of a run as commits that a record has for parents, so that one ref carries both: HEAD as it was, the files as
 * they ran, the bytes that git could not hold as they were, and the files of submodules.
 */
import { resolve } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import type { Repository } from '../../git/findRepository.ts';
import { keepTrees } from '../../git/keepTrees.ts';
import { runGit } from '../../git/runGit.ts';
import { openSnapshotStore } from '../../git/snapshotStore.ts';
import { copyTrees } from '../../git/submodules.ts';
import { knownValue } from '../../runs/known.ts';
import type { SubmoduleSnapshot } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { notShareable } from '../errors.ts';
import type { Lack } from '../findLacks.ts';
import type { ShareTask } from '../shareTask.ts';
import { personContext, storeContext } from './sharedRepository.ts';
import { commitTree } from './writeRecordCommit.ts';

export interface CommittedCode {
  readonly parents: readonly string[];
  /** The commit of the files as they ran. */
  readonly code?: string;
  readonly lacks: readonly Lack[];
}

/** Throws `run-not-shareable` when the files are here no more. */
export async function commitCode(
  repository: Repository,
  run: RunDetails,
  task: ShareTask,
): Promise<CommittedCode> {
  const known = knownValue(run.plan?.code);
  if (known === undefined) return { parents: [], lacks: [] };
  await openSnapshotStore(repository);
  if (!(await isHere(repository, known.tree, task)))
    throw notShareable(
      run.id,
      'its code is not here any more',
      run.shared === undefined
        ? 'Share it from the clone that it ran in.'
        : 'Fetch it with its code: lockstep share fetch --full ' + run.id.slice(-6),
    );
  const commit = (tree: string, what: string): Promise<string> =>
    commitTree(repository, { tree, parents: [], message: `${what} of run ${run.id}` }, task);
  const code = await commit(known.tree, 'Files');
  const parents = [code];
  const lacks: Lack[] = [];
  if (known.heldTree !== undefined && (await isHere(repository, known.heldTree, task)))
    parents.push(await commit(known.heldTree, 'Held bytes'));
  for (const submodule of known.submodules) {
    try {
      for (const tree of await submoduleTrees(repository, submodule, task))
        parents.push(await commit(tree, `Files of submodule ${submodule.path}`));
    } catch (error) {
      task.signal?.throwIfAborted();
      lacks.push({ kind: 'submodule', what: submodule.path, why: errorText(error) });
    }
  }
  if (known.head !== undefined && (await isWhole(repository, known.head, task))) parents.unshift(known.head);
  return { parents: [...new Set(parents)], code, lacks };
}

async function isHere(repository: Repository, tree: string, task: ShareTask): Promise<boolean> {
  const found = await runGit(personContext(repository, task), ['cat-file', '-e', `${tree}^{tree}`], {
    tolerant: true,
  });
  return found.exitCode === 0;
}

/** A commit that was collected, or whose history was, cannot be sent; its text is in the record. */
async function isWhole(repository: Repository, head: string, task: ShareTask): Promise<boolean> {
  const walked = await runGit(
    personContext(repository, task),
    ['rev-list', '--quiet', head, '--not', '--all'],
    {
      tolerant: true,
    },
  );
  return walked.exitCode === 0;
}

/** The trees of a submodule, brought into our store from its own. */
async function submoduleTrees(
  repository: Repository,
  submodule: SubmoduleSnapshot,
  task: ShareTask,
): Promise<string[]> {
  // HEAD's too: a checkout with a HEAD that git cannot read would be no repository to record a reproduction from.
  const trees = [
    ...new Set([submodule.tree, submodule.heldTree, submodule.headTree].filter(tree => tree !== undefined)),
  ];
  const missing: string[] = [];
  for (const tree of trees) if (!(await isHere(repository, tree, task))) missing.push(tree);
  if (missing.length > 0) {
    const gitDir = resolve(repository.commonDir, submodule.gitDir ?? 'modules');
    const own: Repository = { ...repository, root: gitDir, gitDir, commonDir: gitDir, explicit: true };
    await copyTrees(own, repository, missing, { environment: task.environment, signal: task.signal });
    await keepTrees(storeContext(repository, task), missing);
  }
  return trees;
}
