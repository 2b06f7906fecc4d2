/** Starts a data repository as `dvc init` does, byte for byte. */
import type { DataRepository } from '../dataRepository.ts';

export interface InitRequest {
  /** Without git: `core.no_scm`. */
  readonly noScm?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Writes `.dvc/config`, `.dvc/.gitignore`, `.dvcignore`, and stages them in git (as `dvc init` does). Rejects with
 * `data-repository-exists`, and with `not-a-repository` outside git without `noScm`. A sub-folder of a git
 * repository is fine (`dvc init --subdir`).
 */
export async function initDataRepository(root: string, request: InitRequest = {}): Promise<DataRepository> {
  return Promise.reject(new Error(`not yet ${root} ${String(request.noScm)}`));
}
