/**
 * What the threads of the data room are asked to do. A job is a batch of a thousand files or so; paths travel as one
 * text with NUL between them and numbers in typed arrays, because a message of many small objects costs more than the
 * work. A file that fails costs itself only: it is named in `failures`.
 */
import type { PlaceBatch, PlacedBatch } from '../placing/placeBatch.ts';
import type { StoreBatch, StoredBatch } from '../cache/storeBatch.ts';
import type { HashBatch, HashedBatch } from '../hash/hashBatch.ts';
import type { StatBatch, StatedBatch } from '../walk/statBatch.ts';
import type { CompareBatch, ComparedBatch, CountBatch, CountedBatch } from '../walk/compareBatch.ts';
import type { WalkBatch, WalkedBatch } from '../walk/walkBatch.ts';
import type { CopyBatch, CopiedBatch } from '../remotes/copyBatch.ts';
import type { RemoveBatch, RemovedBatch } from '../placing/removeBatch.ts';

/** A file of a batch that could not be worked on; `index` counts in the batch. */
export interface FileFailure {
  readonly index: number;
  /** Of the system (`ENOENT`, `EACCES`), or one of ours in lower case (`changed`, `corrupt`). */
  readonly code: string;
  readonly message: string;
}

export interface DataJobs {
  walk: { params: WalkBatch; result: WalkedBatch };
  compare: { params: CompareBatch; result: ComparedBatch };
  count: { params: CountBatch; result: CountedBatch };
  stat: { params: StatBatch; result: StatedBatch };
  hash: { params: HashBatch; result: HashedBatch };
  store: { params: StoreBatch; result: StoredBatch };
  place: { params: PlaceBatch; result: PlacedBatch };
  remove: { params: RemoveBatch; result: RemovedBatch };
  copy: { params: CopyBatch; result: CopiedBatch };
}

export type DataJobName = keyof DataJobs;

export interface JobMessage<Name extends DataJobName = DataJobName> {
  readonly id: number;
  readonly name: Name;
  readonly params: DataJobs[Name]['params'];
  /** See `JobMeter`. */
  readonly shared: SharedArrayBuffer;
}

export type JobAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly stack?: string } };

/** Files in a batch: enough that messages cost nothing, few enough that threads end together. */
export const batchFiles = 1_000;

export function joinPaths(paths: readonly string[]): string {
  return paths.join('\0');
}

export function splitPaths(joined: string): string[] {
  return joined === '' ? [] : joined.split('\0');
}
