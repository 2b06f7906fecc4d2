/** `lockstep data status`: how the working tree, the cache, the pins and (asked) the remote agree. Takes no lock. */
import type { DataTask } from '../dataProgress.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import type { DataProject } from './dataProject.ts';
import type { DataStatus } from './dataStatus.ts';

export interface StatusRequest {
  /** Absolute pinned paths or folders above them; everything when absent. */
  readonly paths?: readonly string[];
  /** Ask the remotes, too: each output's own, or the one named. */
  readonly remote?: boolean | string;
  /** Do not ask the cache which files of pinned folders it lacks. */
  readonly skipCache?: boolean;
  /** Leave Git LFS out. */
  readonly skipLfs?: boolean;
  readonly credentials?: CredentialSource;
}

export async function readDataStatus(
  _project: DataProject,
  _request: StatusRequest,
  _task: DataTask,
): Promise<DataStatus> {
  return Promise.reject(new Error('not yet'));
}
