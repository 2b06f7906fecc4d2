/**
 * What the working tree holds at pinned paths: hashes of files and folders, from the state where nothing changed since
 * they were hashed. Reads only; writes nothing but the state.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import type { FolderListing } from '../folderListing.ts';
import type { ObjectId } from '../objectId.ts';
import type { WalkProblem } from '../walk/walkBatch.ts';
import type { FileColumns } from '../walk/fileColumns.ts';

export interface HashRequest {
  /** Relative to the data root, forward slashes. */
  readonly path: string;
  /**
   * What the pin names. Decides by which function is hashed (of a pin of DVC 2 both variants of its hash count as
   * unchanged, which needs `listing` for a folder); `md5` when absent.
   */
  readonly expected?: { readonly object: ObjectId; readonly listing?: FolderListing };
}

export interface HashedPath {
  readonly path: string;
  /** `other`: a link to a folder, a broken link, a socket: never data. */
  readonly kind: 'missing' | 'file' | 'folder' | 'other';
  /** Of a file its hash, of a folder that of its listing. Absent where something could not be hashed, see `problems`. */
  readonly object?: ObjectId;
  /** Sum of bytes. */
  readonly size: number;
  /** Number of files; 1 for a file. */
  readonly files: number;
  /** A single file that its owner may execute. */
  readonly executable: boolean;
  /** Of a folder, relative to it; of a file its own numbers under the path ''. */
  readonly columns: FileColumns;
  /** 16 bytes for each path in `columns`; zeros for what could not be hashed. */
  readonly md5s: Uint8Array;
  /** What was left out or could not be read; paths relative to the output. */
  readonly problems: readonly WalkProblem[];
  /** The files of a folder (those that could be hashed); made when asked for. */
  listing(): FolderListing;
}

/** In the order of the requests. */
export async function hashOutputs(
  _repository: DataRepository,
  _requests: readonly HashRequest[],
  _tools: DataTools,
  _task: DataTask,
): Promise<readonly HashedPath[]> {
  return Promise.reject(new Error('not yet'));
}
