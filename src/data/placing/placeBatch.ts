/** Places a batch of files from the cache in a thread. */
import type { FileFailure } from '../workers/dataJobs.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';

export interface PlaceBatch {
  readonly root: string;
  readonly paths: string;
}

export interface CopyRequest {
  readonly root: string;
}

export interface PlacedBatch {
  readonly stats: Float64Array;
  readonly failures: readonly FileFailure[];
}

export function placeBatch(_batch: PlaceBatch, _counter: MeterCounter): PlacedBatch {
  return { stats: new Float64Array(0), failures: [] };
}

export function copyLarge(_request: CopyRequest, _counter: MeterCounter): PlacedBatch {
  return { stats: new Float64Array(0), failures: [] };
}
