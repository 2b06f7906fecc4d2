/**
 * `lockstep data add`: pins files and folders, as `dvc add` does. Their content is in the cache and verified before a
 * pin file names it; a path is replaced by a link to the cache only when its content is safe there.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';

export interface AddRequest {
  /** Absolute: files, folders, or paths inside a pinned folder (which pins that folder again). */
  readonly paths: readonly string[];
  /** Write pins, but leave the cache alone (`dvc add --no-commit`). */
  readonly noCommit?: boolean;
  /** Where neither DVC nor Git LFS is used yet: begin with `.dvc` as `dvc init` does. Default true. */
  readonly initialise?: boolean;
}

export interface PinnedPath {
  /** Relative to the project's root. */
  readonly path: string;
  readonly pinFile: string;
  readonly stage?: string;
  readonly object: string;
  readonly folder: boolean;
  readonly size: number;
  readonly files: number;
  /** `new`: was not pinned. `changed`: names other content now. `same`: nothing was to be done. */
  readonly change: 'new' | 'changed' | 'same';
}

export interface PinResult {
  readonly pinned: readonly PinnedPath[];
  /** The root of the DVC repository that was begun, relative to the project's root (`.` for the root). */
  readonly initialised?: string;
  /** Files that belong into the next git commit: pin files, `.gitignore`, `.dvc/config`; relative to the project's root. */
  readonly toStage: readonly string[];
  /** Whether they were staged (`core.autostage`). */
  readonly staged: boolean;
  /** What was left out, and why: links to folders, sockets. */
  readonly notes: readonly Problem[];
  /** Pins that could not be made or written. */
  readonly problems: readonly Problem[];
}

export async function addData(
  _project: DataProject,
  _request: AddRequest,
  _task: DataTask,
): Promise<PinResult> {
  return Promise.reject(new Error('not yet'));
}
