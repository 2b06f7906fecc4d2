/** Requests about the code of runs. Plain data; part of EngineRequests. */
import type { ChangedFile } from '../../git/compareTrees.ts';
import type { Request } from '../thread/threadMessages.ts';
import type { RunReference } from './engineRequests.ts';

export interface CodeChanges {
  readonly root: string;
  /** Trees or commits in the repository at `root`. */
  readonly from: string;
  readonly to: string;
  readonly files: readonly ChangedFile[];
  /** Paths of the newer run that its snapshot does not hold as they were. */
  readonly gaps: readonly string[];
}

export interface CodeRequests {
  /** A run's snapshot against the commit it started from. Throws `code-unknown`, `object-missing`. */
  codeChanges: Request<RunReference & { readonly root: string }, CodeChanges>;
  /** From the snapshot of `base` to the snapshot of the run. */
  codeBetween: Request<RunReference & { readonly root: string; readonly base: string }, CodeChanges>;
  readBlob: Request<{ readonly root: string; readonly tree: string; readonly path: string }, Uint8Array>;
}
