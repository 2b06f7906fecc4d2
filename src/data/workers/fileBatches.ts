/** Shares files out so that all threads end at about the same time. */
import { batchFiles } from './dataJobs.ts';

/** Bytes after which a batch is full, whatever number of files it has. */
const batchBytes = 32 * 1024 * 1024;

/** Indexes of `sizes` in batches: neighbours together (they lie in the same folder), the heaviest batch first. */
export function fileBatches(sizes: readonly number[]): number[][] {
  const batches: { indexes: number[]; bytes: number }[] = [];
  let current: { indexes: number[]; bytes: number } | undefined;
  for (const [index, size] of sizes.entries()) {
    if (
      current === undefined ||
      current.indexes.length >= batchFiles ||
      (current.bytes > 0 && current.bytes + size > batchBytes)
    ) {
      current = { indexes: [], bytes: 0 };
      batches.push(current);
    }
    current.indexes.push(index);
    current.bytes += size;
  }
  return batches.sort((one, other) => other.bytes - one.bytes).map(batch => batch.indexes);
}
