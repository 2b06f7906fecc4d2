/** Writes `.dvc` files as `dvc add` and `dvc commit` do, byte for byte; of a file that exists only what changed. */
import type { DataRepository } from '../dataRepository.ts';
import type { ObjectId } from '../objectId.ts';

export interface DvcFileContent {
  /** Of the output, relative to the data root, forward slashes. */
  readonly path: string;
  /** Relative to the data root; `<path>.dvc` when absent. */
  readonly pinFile?: string;
  readonly object: ObjectId;
  readonly size?: number;
  /** Files of a folder. */
  readonly files?: number;
  readonly executable?: boolean;
  /** Only for a new file, or to change one that says something else. */
  readonly description?: string;
  readonly remote?: string;
  readonly push?: boolean;
  readonly cached?: boolean;
  /** A file or folder of another repository at a revision (`dvc import`); written frozen. */
  readonly importedFrom?: {
    readonly url: string;
    /** The path there. */
    readonly path: string;
    readonly revision?: string;
    /** The commit that `revision` was. */
    readonly lockedRevision: string;
  };
}

export interface WrittenPin {
  /** Relative to the data root. */
  readonly pinFile: string;
  /** False when the file said all this already; then it was not touched. */
  readonly changed: boolean;
}

/** Rejects with `pin-not-writable` where the file that is there is no valid pin file, or lies behind a link. */
export async function writeDvcFile(repository: DataRepository, content: DvcFileContent): Promise<WrittenPin> {
  return Promise.reject(new Error(`not yet ${repository.root} ${content.path}`));
}
