/** What a move of HEAD means for the pinned files: which follow it, what of them is here, what would have to come. */
import type { GitOperation } from './decideSync.ts';

export interface SyncPath {
  /** Relative to the top of the working tree, forward slashes. */
  readonly path: string;
  readonly kind: 'dvc' | 'lfs';
  /** For Git LFS the path itself. */
  readonly pinFile: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** What the pins of both commits name: `md5:<hex>[.dir]` or `sha256:<hex>`. */
  readonly from?: string;
  readonly to?: string;
  /** Bytes as the new pin says. */
  readonly size?: number;
  /**
   * `there`: already what the new pin says. `follows`: as the old pin says, or not there. `modified`: somebody's work,
   * which stays. `folder`: a folder, whose files are looked at one by one when it is placed.
   */
  readonly state: 'there' | 'follows' | 'modified' | 'folder';
  /** What the local cache (or Git LFS store) lacks of it. Bytes as far as pins tell. */
  readonly fetchFiles: number;
  readonly fetchBytes: number;
  /** It is more: how much, the listing of the folder tells, which is not here. */
  readonly atLeast?: true;
  /** To be written in the working tree, at most; of folders those files that differ between the two listings. */
  readonly placeBytes: number;
}

export interface SyncVerdict {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly operation?: GitOperation;
  /** Pinned paths that differ between the two commits, sorted. */
  readonly paths: readonly SyncPath[];
  /** Of those that are neither there nor modified. */
  readonly toPlace: { readonly paths: number; readonly bytes: number };
  readonly toFetch: { readonly files: number; readonly bytes: number; readonly atLeast?: true };
  /** Paths that stay as they are because they were modified. */
  readonly modified: readonly string[];
  /** On the file system of the working tree. */
  readonly freeBytes?: number;
  /** Pins that could not be read. */
  readonly problems: readonly { readonly path: string; readonly what: string }[];
}
