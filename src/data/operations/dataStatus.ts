/**
 * What `lockstep data status` and the editor's tree show: for every pinned path how the working tree, the cache and
 * the pin agree. One vocabulary for DVC outputs and Git LFS files.
 */

/**
 * `in-sync`: the working tree is what the pin says. `modified`: it is something else. `missing`: it is not there
 * (`deleted` in DVC's words, or a Git LFS pointer that was never filled). `partly`: a folder of which files are
 * missing and the others are as pinned. `unpinned`: the pin has no hash yet.
 */
export type PathState = 'in-sync' | 'modified' | 'missing' | 'partly' | 'unpinned';

export interface PathStatus {
  /** Relative to the git root (the data root without git), forward slashes. */
  readonly path: string;
  readonly kind: 'dvc' | 'lfs';
  /** Relative as `path`; for Git LFS the path itself. */
  readonly pinFile: string;
  readonly stage?: string;
  readonly folder: boolean;
  readonly state: PathState;
  /** What the pin names: `md5:<hex>[.dir]` or `sha256:<hex>`. */
  readonly pinned?: string;
  /** What the working tree holds, where it was hashed. */
  readonly current?: string;
  /** Bytes as pinned. */
  readonly size?: number;
  /** Files as pinned, for folders. */
  readonly files?: number;
  /**
   * What is not in the local cache (or LFS store), so that a checkout would have to fetch it. `atMost`: the listing of
   * the folder is not here either, and some of its files may be.
   */
  readonly notInCache?: { readonly files: number; readonly bytes?: number; readonly atMost?: true };
  /** What the remote lacks; only where the remote was asked. */
  readonly notInRemote?: { readonly files: number; readonly bytes?: number };
  /** The sparse choice of this clone leaves it out: it is neither placed nor counted as out of sync. */
  readonly notSelected?: boolean;
  /**
   * Objects of the cache, at most 1,000, that files of this path have changed: they are the same file by a link
   * (`cache.type` hardlink or symlink) that was written to in place. Named as `pinned`.
   */
  readonly damaged?: readonly string[];
  /** Of a folder that differs: which files, at most 1,000; the counts are true. */
  readonly changes?: FolderChanges;
}

export interface FolderChanges {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
  readonly files: readonly { readonly path: string; readonly change: 'added' | 'modified' | 'deleted' }[];
}

export interface DataStatus {
  /** Sorted by path. */
  readonly paths: readonly PathStatus[];
  readonly problems: readonly { readonly path: string; readonly what: string }[];
  /** Everything in sync (unpinned outputs of stages that never ran do not count). */
  readonly inSync: boolean;
}
