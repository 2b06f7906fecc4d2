/** Puts a batch of files into the cache in a thread. */
import { splitPaths, type FileFailure } from '../workers/dataJobs.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { statWidth } from '../walk/fileColumns.ts';

export interface StoreBatch {
  /** Absolute folder with a slash behind it. */
  readonly root: string;
  readonly paths: string;
  /** Absolute: `files/md5` of the cache, with a slash behind it. */
  readonly objects: string;
  readonly sharedWithGroup: boolean;
  /** Try this before copying. */
  readonly first: 'reflink' | 'hardlink';
}

export interface StoredBatch {
  readonly md5s: Uint8Array;
  readonly stats: Float64Array;
  readonly failures: readonly FileFailure[];
}

export function storeBatch(batch: StoreBatch, counter: MeterCounter): StoredBatch {
  const count = splitPaths(batch.paths).length;
  counter.add(0, 0);
  return { md5s: new Uint8Array(16 * count), stats: new Float64Array(statWidth * count), failures: [] };
}
