/** `lockstep data commit`: the pins name what the working tree holds now, as `dvc commit` does; also of stages. */
import type { DataTask } from '../dataProgress.ts';
import type { PinResult } from './addData.ts';
import type { DataProject } from './dataProject.ts';

export interface CommitRequest {
  /** Absolute pinned paths or folders above them; every pin when absent. */
  readonly paths?: readonly string[];
}

export async function commitData(
  _project: DataProject,
  _request: CommitRequest,
  _task: DataTask,
): Promise<PinResult> {
  return Promise.reject(new Error('not yet'));
}
