/** `lockstep data diff`: what differs between the data of two commits, or of a commit and the working tree. */
import type { DataTask } from '../dataProgress.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';

export interface DiffRequest {
  /** A commit. Default HEAD. */
  readonly from?: string;
  /** A commit; the working tree's files when absent. */
  readonly to?: string;
  /** Absolute. */
  readonly paths?: readonly string[];
}

export interface DataChange {
  readonly change: 'added' | 'modified' | 'deleted' | 'renamed';
  /** Relative to the project's root; of a rename the new path. */
  readonly path: string;
  /** Of a rename. */
  readonly oldPath?: string;
  readonly folder: boolean;
  /** The pinned path that it is, or lies in. */
  readonly output: string;
  readonly from?: DataVersion;
  readonly to?: DataVersion;
}

export interface DataVersion {
  readonly object: string;
  /** Bytes, where known: listings of folders do not hold the sizes of their files. */
  readonly size?: number;
  /** Of a folder. */
  readonly files?: number;
  /** False where the content (of a folder: its listing) is not in the cache. */
  readonly inCache: boolean;
}

export interface DataDiff {
  /** As `HEAD`, `v1`; the working tree where absent. */
  readonly from: string;
  readonly to?: string;
  /** Sorted by path; folders first, then the files in them. Files inside a folder only where both listings are at hand. */
  readonly changes: readonly DataChange[];
  readonly problems: readonly Problem[];
}

export async function diffData(
  _project: DataProject,
  _request: DiffRequest,
  _task: DataTask,
): Promise<DataDiff> {
  return Promise.reject(new Error('not yet'));
}
