/** Every pin of a working tree or of a commit, collected as DVC collects them. */
import type { DataRepository } from '../dataRepository.ts';
import type { PinSet } from '../pinnedOutput.ts';

export interface LoadPinsRequest {
  /** A commit, branch or tag; the working tree when absent. Rejects with `revision-not-found`. */
  readonly revision?: string;
  /** Only outputs at, below or above these paths, relative to the data root; also `.dvc` files, `dvc.yaml`, or `dvc.yaml:stage`. */
  readonly paths?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Files that cannot be read are problems of the set. Rejects with `revision-not-found` only. */
export async function loadPins(repository: DataRepository, request: LoadPinsRequest = {}): Promise<PinSet> {
  return Promise.reject(new Error(`not yet ${repository.root} ${request.revision ?? ''}`));
}
