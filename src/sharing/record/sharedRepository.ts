/**
 * Where the objects of shared runs are made and kept: the snapshot store, which the person's git does not know. Its git
 * sees the objects of the person's store as well, so that nothing is stored twice.
 */
import { join } from 'node:path';
import { alternates } from '../../git/alternates.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { GitContext } from '../../git/runGit.ts';
import { snapshotRepositoryOf, snapshotStoreOf } from '../../git/snapshotStore.ts';
import type { ShareTask } from '../shareTask.ts';

/** To run git in the snapshot store. */
export function storeContext(repository: Repository, task: ShareTask): GitContext {
  return { repository: snapshotRepositoryOf(repository), environment: task.environment, signal: task.signal };
}

/** To run git in the person's repository, where it sees the snapshot store's objects by itself. */
export function personContext(repository: Repository, task: ShareTask): GitContext {
  return { repository, environment: task.environment, signal: task.signal };
}

/** What the git of the snapshot store needs to see the person's objects. */
export function seeingPersonsObjects(repository: Repository): NodeJS.ProcessEnv {
  return alternates(join(repository.commonDir, 'objects'));
}

/** What the git of the person's repository needs to put new objects into the snapshot store. */
export function storingInSnapshots(repository: Repository): NodeJS.ProcessEnv {
  return {
    GIT_OBJECT_DIRECTORY: join(snapshotStoreOf(repository.commonDir), 'objects'),
    ...seeingPersonsObjects(repository),
  };
}

/** What it needs to see them. */
export function seeingSnapshots(repository: Repository): NodeJS.ProcessEnv {
  return alternates(join(snapshotStoreOf(repository.commonDir), 'objects'));
}
