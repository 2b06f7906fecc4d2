/**
 * `lockstep data gc`: removes objects from the cache (and, asked, from a remote) that nothing needs: no working tree,
 * no branch, tag, stash or other ref, no snapshot and no record of a run. What cannot be read keeps everything.
 */
import type { DataTask } from '../dataProgress.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import type { DataProject } from './dataProject.ts';
import type { Amount, Problem } from './dataResult.ts';

export interface GarbageRequest {
  /** Only tell. */
  readonly dryRun: boolean;
  /** Collect from this remote, too. */
  readonly remote?: string;
  /** Other clones or projects (absolute folders) that share the cache: what they need is kept. */
  readonly projects?: readonly string[];
  /** The cache lies outside the repository, and nobody else uses it. */
  readonly alone?: boolean;
  readonly credentials?: CredentialSource;
}

export interface GarbageResult {
  readonly dryRun: boolean;
  /** Removed, or to be removed, from caches. */
  readonly cache: Amount;
  /** Removed, or to be removed, from the remote. */
  readonly remote?: Amount;
  readonly kept: Amount;
  /** What was looked at: number of commits, snapshots, runs, working trees. */
  readonly looked: {
    readonly commits: number;
    readonly worktrees: number;
    readonly snapshots: number;
    readonly runs: number;
  };
  /** Every object that goes, at most 10,000. */
  readonly objects: readonly { readonly object: string; readonly size: number; readonly where: string }[];
  readonly problems: readonly Problem[];
}

/** Rejects with `cache-shared` where the cache lies outside the repository and the request names nobody. */
export async function collectGarbage(
  _project: DataProject,
  _request: GarbageRequest,
  _task: DataTask,
): Promise<GarbageResult> {
  return Promise.reject(new Error('not yet'));
}
