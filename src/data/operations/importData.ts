/** `lockstep data import`: a file or folder of another repository at a revision, pinned as `dvc import` pins it. */
import type { DataTask } from '../dataProgress.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import type { PinResult } from './addData.ts';
import type { DataProject } from './dataProject.ts';

export interface ImportRequest {
  /** A URL that git clones, or a folder (relative ones to `cwd`). */
  readonly url: string;
  /** Of the file or folder in that repository. */
  readonly path: string;
  /** Branch, tag or commit; the default branch when absent. */
  readonly revision?: string;
  /** Absolute: where it goes; the name of `path` in `cwd` when absent. */
  readonly out?: string;
  readonly cwd: string;
  readonly force?: boolean;
  readonly credentials?: CredentialSource;
}

export interface ImportResult extends PinResult {
  /** The commit that was imported from. */
  readonly revisionLock: string;
}

export async function importData(
  _project: DataProject,
  _request: ImportRequest,
  _task: DataTask,
): Promise<ImportResult> {
  return Promise.reject(new Error('not yet'));
}
