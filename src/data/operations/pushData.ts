/** `lockstep data push`: gives the remotes what pins name and they lack; the files of a folder before its listing. */
import type { DataTask } from '../dataProgress.ts';
import type { DataProject } from './dataProject.ts';
import type { TransferRequest, TransferResult } from './fetchData.ts';

export async function pushData(
  _project: DataProject,
  _request: TransferRequest,
  _task: DataTask,
): Promise<TransferResult> {
  return Promise.reject(new Error('not yet'));
}
