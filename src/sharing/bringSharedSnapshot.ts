/** The code of a run of this store whose objects are gone here, from a remote that it was shared through. */
import { findRepository } from '../git/findRepository.ts';
import { runPaths, type StorePath } from '../runs/runPaths.ts';
import { planSchema } from '../runs/plan.ts';
import { readFile } from 'node:fs/promises';
import { bringSnapshot } from './record/bringCommit.ts';
import { personContext } from './record/sharedRepository.ts';
import { listRemotes } from './remote/gitRemote.ts';
import { readRemoteRefs } from './remote/remoteRefs.ts';
import type { ShareTask } from './shareTask.ts';

export interface SharedSnapshotRequest {
  readonly store: StorePath;
  /** Any folder of the working tree. */
  readonly root: string;
  readonly runId: string;
}

/** False where no remote that answers has it. Rejects with what git says of one that does, or when aborted. */
export async function bringSharedSnapshot(
  { store, root, runId }: SharedSnapshotRequest,
  task: ShareTask,
): Promise<boolean> {
  const repository = await findRepository(root, task.environment);
  if (repository === undefined) return false;
  const plan = planSchema.parse(JSON.parse(await readFile(runPaths(store, runId).plan, 'utf8')));
  for (const remote of await listRemotes(personContext(repository, task))) {
    const refs = await readRemoteRefs(repository, remote, 'shared', task).catch(() => undefined);
    task.signal?.throwIfAborted();
    if (refs?.runs.has(runId) !== true) continue;
    await bringSnapshot(repository, remote, plan, task);
    return true;
  }
  return false;
}
