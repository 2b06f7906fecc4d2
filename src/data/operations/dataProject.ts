/**
 * Everything around a folder that holds data: the DVC repositories of one git working tree and its Git LFS files.
 * What operations work on. Paths in requests are absolute; paths in results are relative to `root`.
 */
import type { Repository } from '../../git/findRepository.ts';
import type { DataRepository } from '../dataRepository.ts';

export interface DataProject {
  /** Absolute, real path: the top of git's working tree, or without git the folder that holds `.dvc`. */
  readonly root: string;
  readonly git?: Repository;
  /** Sorted by root, an outer one before those inside it. Empty where only Git LFS is used, or nothing yet. */
  readonly repositories: readonly DataRepository[];
  /** What git, credentials and configuration are read with. */
  readonly environment: NodeJS.ProcessEnv;
}
