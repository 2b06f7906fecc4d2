/** A path tied to a content hash by a pin file of DVC: what the rest of the room works on, whichever file said it. */
import type { ObjectId } from './objectId.ts';

export interface PinnedOutput {
  /** Relative to the data root, forward slashes, no `..`: a pin that leaves the repository is a problem, not an output. */
  readonly path: string;
  /** The `.dvc` file, or the `dvc.yaml` whose `dvc.lock` holds the hash; relative to the data root, forward slashes. */
  readonly pinFile: string;
  /** Name of the stage in `dvc.yaml`; absent for `.dvc` files. */
  readonly stage?: string;
  /** Absent where the pin file has no hash yet (a stage that never ran, `dvc add --no-commit`). */
  readonly object?: ObjectId;
  /** Bytes; of a folder the sum of its files. As the pin says: declared, not checked. */
  readonly size?: number;
  /** Files in a folder. */
  readonly files?: number;
  /** A single file that is executable. */
  readonly executable: boolean;
  /** False (`cache: false`): git holds the file, or nobody does; only its hash is pinned. */
  readonly cached: boolean;
  /** False: never pushed, still pulled. */
  readonly push: boolean;
  /** The remote of this output; the default one when absent. */
  readonly remote?: string;
  /** `persist: true`: not removed before the stage runs again. */
  readonly persist: boolean;
  /** Imported from elsewhere and frozen there: what `update` would ask again. */
  readonly imported?: {
    readonly from: string;
    /** Of the file or folder there; only of another repository. */
    readonly path?: string;
    /** The commit; only of another repository. */
    readonly revision?: string;
  };
  /**
   * It lies in another output, or another lies in it: what one pins the other would remove, so neither is placed or
   * pinned anew, as dvc refuses it. A problem of the set says which.
   */
  readonly overlaps?: true;
  /** The pin names versions in a cloud instead of, or beside, hashes (version_aware remotes). */
  readonly cloudFiles?: readonly CloudFile[];
}

/** One file of an output whose remote keeps versions by path. */
export interface CloudFile {
  /** Relative to the output, forward slashes; empty for a single file. */
  readonly relativePath: string;
  readonly md5?: string;
  readonly size?: number;
  readonly executable: boolean;
  readonly remote: string;
  readonly versionId?: string;
  readonly etag?: string;
}

/** Something that costs one pin and not the others: told where it happened, never thrown. */
export interface DataProblem {
  /** The file or path that is meant, relative to the data root. */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly what: string;
}

/** Every pin of a working tree or of a commit. */
export interface PinSet {
  /** Sorted by path. */
  readonly outputs: readonly PinnedOutput[];
  readonly problems: readonly DataProblem[];
}
