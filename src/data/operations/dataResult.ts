/** The words that the results of all data operations share. Plain data: printed by `--json`, sent to the editor. */

export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export const nothing: Amount = { files: 0, bytes: 0 };

/**
 * Content that could not be had or given. `not-in-cache`: nobody asked a remote. `not-in-remote`: the remote was asked
 * and lacks it. `failed`: the transfer failed, `detail` says how. `corrupt`: the cache holds something else under that
 * name. `refused`: the listing or path is not safe to follow.
 */
export type ObjectTrouble = 'not-in-cache' | 'not-in-remote' | 'failed' | 'corrupt' | 'refused';

export interface TroubledObject {
  /** The file (of a folder: the file in it, or the folder where its listing is meant), relative to the project's root. */
  readonly path: string;
  /** `md5:<hex>[.dir]`, `md5-dos2unix:<hex>[.dir]` or `sha256:<hex>`. */
  readonly object: string;
  readonly size?: number;
  readonly trouble: ObjectTrouble;
  readonly detail?: string;
  /** Of the failure that `detail` tells: `remote-access-denied`. */
  readonly code?: string;
}

/** An object of the cache that was something else than its name says, and is whole now. */
export interface ReplacedObject {
  /** Of a file that wants it, relative to the project's root. */
  readonly path: string;
  readonly object: string;
  /** Absolute: what the cache held under the name. */
  readonly keptAs: string;
}

/** Something in the working tree that was left as it is, because it is saved nowhere else. */
export interface KeptFile {
  /** Relative to the project's root. */
  readonly path: string;
  /** The pinned path that it belongs to. */
  readonly output: string;
  /** What an overwrite would have lost. */
  readonly what: 'modified' | 'added' | 'type-changed';
}

/** A pin that an operation could not work on, or a line of a file that cannot be read. */
export interface Problem {
  readonly path: string;
  readonly what: string;
}
