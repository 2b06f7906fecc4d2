/** Copies objects between a cache and a remote that is a folder of this machine, on all cores when they are many. */
import { join } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import type { DataProgress, DataTask } from '../dataProgress.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import { batchFiles, joinPaths } from '../workers/dataJobs.ts';
import { DataPool } from '../workers/dataPool.ts';
import { JobMeter, MeterCounter } from '../workers/jobMeter.ts';
import { copyBatch, type CopyBatch } from './copyBatch.ts';
import { writingFailure } from './errors.ts';
import type { Transferred } from './transferEach.ts';
import type { TransferItem } from './transferResult.ts';

/** Below this, starting a thread takes longer than the work. */
const fewObjects = 16;

export interface CopyRequest {
  readonly from: string;
  readonly to: string;
  /** Of the folders that are made in `to`. */
  readonly sharedWithGroup: boolean;
  readonly phase: DataProgress['phase'];
  readonly totalBytes?: number;
  /** What it means that the source holds something else under that id. */
  readonly wrong: (id: ObjectId, found: string) => LockstepError;
}

/** Rejects when the task is cancelled. */
export async function copyObjects(
  items: readonly TransferItem[],
  request: CopyRequest,
  task: DataTask,
): Promise<Transferred & { readonly bytes: number }> {
  const result = {
    done: [] as TransferItem[],
    missing: [] as TransferItem[],
    failed: [] as Transferred['failed'],
  };
  const { totalBytes, to } = request;
  await using pool = new DataPool();
  using meter = new JobMeter(task, request.phase, {
    files: items.length,
    ...(totalBytes === undefined || totalBytes === 0 ? {} : { bytes: totalBytes }),
  });
  // Small batches share the work out evenly, large ones cost fewer messages.
  const size = Math.min(batchFiles, Math.max(fewObjects, Math.ceil(items.length / (4 * pool.size))));
  const batches = Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
  const copied = await Promise.all(
    batches.map(async batch => {
      const params: CopyBatch = {
        from: join(request.from, '/'),
        to: join(to, '/'),
        keys: joinPaths(batch.map(item => objectKey(item.id))),
        sharedWithGroup: request.sharedWithGroup,
      };
      const { failures, bytes } =
        items.length > fewObjects
          ? await pool.run('copy', params, meter)
          : await copyBatch(params, new MeterCounter(meter.shared));
      const failed = new Map(failures.map(failure => [failure.index, failure]));
      for (const [index, item] of batch.entries()) {
        const failure = failed.get(index);
        if (failure === undefined) result.done.push(item);
        else if (failure.code === 'missing') result.missing.push(item);
        else result.failed.push({ id: item.id, error: failureOf(item.id, failure, request) });
      }
      return bytes;
    }),
  );
  task.signal?.throwIfAborted();
  return { ...result, bytes: copied.reduce((sum, bytes) => sum + bytes, 0) };
}

function failureOf(
  id: ObjectId,
  failure: { readonly code: string; readonly message: string },
  { to, wrong }: CopyRequest,
): LockstepError {
  if (failure.code === 'wrong') return wrong(id, failure.message);
  const error = writingFailure(to, Object.assign(new Error(failure.message), { code: failure.code }));
  if (error instanceof LockstepError) return error;
  return new LockstepError({ code: 'transfer-failed', message: failure.message });
}
