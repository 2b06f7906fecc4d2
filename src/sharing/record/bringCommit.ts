/**
 * Brings the commit of a shared run with the code that it ran into the snapshot store. Nothing of the person's
 * repository changes but, to keep what it has already, a ref of ours that names a tree.
 */
import { join } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import { keepTrees } from '../../git/keepTrees.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import { openSnapshotStore, snapshotStoreOf } from '../../git/snapshotStore.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import { codeTooLarge, snapshotNotShared, transportFailed } from '../errors.ts';
import type { GitRemote } from '../remote/gitRemote.ts';
import { limitedTransport, TransferTooLarge } from '../remote/limitedTransport.ts';
import { sharedRefOf } from '../sharedRef.ts';
import type { ShareTask } from '../shareTask.ts';
import { personContext, storeContext, storingInSnapshots } from './sharedRepository.ts';

/** What hosts take in one push, and the history that came before, with room to spare. */
const maxBytes = 16 * 1024 ** 3;
/** What programs of long ago wrote into histories that are in use; harmless. */
const oldFaults = ['zeroPaddedFilemode', 'missingSpaceBeforeDate', 'badTimezone', 'missingNameBeforeEmail'];

/** Resolves when every object of the commit is here. Rejects with `remote-failed` and its like. */
export async function bringCommit(
  repository: Repository,
  remote: GitRemote,
  runId: string,
  task: ShareTask,
): Promise<void> {
  await openSnapshotStore(repository);
  const args = [
    ...['-c', 'fetch.fsckObjects=true', ...oldFaults.flatMap(name => ['-c', `fetch.fsck.${name}=warn`])],
    ...['-c', 'fetch.writeCommitGraph=false', 'fetch', '--progress', '--no-tags', '--no-prune'],
    ...['--no-recurse-submodules', '--no-write-fetch-head', '--refmap=', '--', remote.address],
    sharedRefOf(runId),
  ];
  const { exitCode, stderr } = await limitedTransport(
    { repository, args, variables: storingInSnapshots(repository) },
    { objects: join(snapshotStoreOf(repository.commonDir), 'objects'), bytes: maxBytes },
    task,
  ).catch((error: unknown) => {
    throw error instanceof TransferTooLarge ? codeTooLarge(runId, error.message) : error;
  });
  if (exitCode !== 0) throw transportFailed('read', remote, stderr);
}

/** Whether the files that a run ran as are all here. */
export async function hasSnapshot(repository: Repository, plan: Plan, task: ShareTask): Promise<boolean> {
  const trees = treesOf(plan);
  const found = await existing(personContext(repository, task), trees);
  return trees.length === found.length;
}

/**
 * The code of a shared run, fetched where it is not here. `snapshot-not-shared` where the commit does not hold it.
 * True when something was fetched.
 */
export async function bringSnapshot(
  repository: Repository,
  remote: GitRemote,
  plan: Plan,
  task: ShareTask,
): Promise<boolean> {
  await openSnapshotStore(repository);
  const here = await hasSnapshot(repository, plan, task);
  if (!here)
    await bringCommit(repository, remote, plan.id, task).catch(async (error: unknown) => {
      task.signal?.throwIfAborted();
      // A submodule that its author did not have is missing for good; that is the restore's to name.
      const { tree } = knownValue(plan.code) ?? {};
      if (tree === undefined || (await existing(personContext(repository, task), [tree])).length === 0)
        throw error;
    });
  const own = storeContext(repository, task);
  const person = personContext(repository, task);
  const code = knownValue(plan.code);
  // HEAD's tree holds the files that did not change, which may be the person's own.
  const trees = [...new Set([...treesOf(plan), ...(code?.headTree === undefined ? [] : [code.headTree])])];
  const inStore = new Set(await existing(own, trees));
  const elsewhere = await existing(
    person,
    trees.filter(tree => !inStore.has(tree)),
  );
  if (code !== undefined && ![...inStore, ...elsewhere].includes(code.tree))
    throw snapshotNotShared(plan.id, remote.shownUrl);
  await keepTrees(own, [...inStore]);
  await keepTrees(person, elsewhere);
  return !here;
}

function treesOf(plan: Plan): string[] {
  const code = knownValue(plan.code);
  if (code === undefined) return [];
  // With those of submodules, which need not be here when the project's own are.
  const all = [code, ...code.submodules].flatMap(({ tree, heldTree }) => [tree, heldTree]);
  return [...new Set(all.filter(id => id !== undefined))];
}

async function existing(context: GitContext, trees: readonly string[]): Promise<string[]> {
  if (trees.length === 0) return [];
  const { stdout } = await runGit(context, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    input: trees.map(tree => `${tree}\n`).join(''),
  });
  const lines = new Set(stdout.toString('latin1').split('\n'));
  return trees.filter(tree => lines.has(`${tree} tree`));
}
