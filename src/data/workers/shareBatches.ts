/**
 * Short jobs that this thread does, too: to start another one costs as much as to look at ten thousand files. Other
 * threads join in where there is enough to do, or where the file system turns out to be slow.
 */
import type { DataJobName, DataJobs } from './dataJobs.ts';
import type { DataPool } from './dataPool.ts';
import { MeterCounter, type JobMeter } from './jobMeter.ts';

/** Batches for which no thread is started beside this one. */
const batchesAlone = 8;
/** A batch that takes longer, and waits so often meanwhile, says that the file system makes one wait: that is for other threads. */
const slowMs = 50;
const slowWaits = 10;
/** A thread has its next batch at hand when it ends one. */
const batchesAtHand = 2;

/** In the order of `batches`. @param here The job itself; in this thread, too, it is synchronous. */
export async function shareBatches<Name extends DataJobName>(
  pool: DataPool,
  name: Name,
  batches: readonly DataJobs[Name]['params'][],
  here: (params: DataJobs[Name]['params'], counter: MeterCounter) => DataJobs[Name]['result'],
  meter: JobMeter,
): Promise<DataJobs[Name]['result'][]> {
  const results: DataJobs[Name]['result'][] = [];
  const left = batches.entries();
  const start = (threads: number): Promise<void>[] => {
    const elsewhere = async (): Promise<void> => {
      for (const [at, batch] of left) results[at] = await pool.run(name, batch, meter, threads);
    };
    return Array.from({ length: Math.min(threads * batchesAtHand, batches.length) }, elsewhere);
  };
  const enough = Math.min(pool.size - 1, Math.ceil(batches.length / batchesAlone) - 1);
  const others = start(Math.max(0, enough));
  const ours = async (): Promise<void> => {
    const counter = new MeterCounter(meter.shared);
    for (const [at, batch] of left) {
      meter.signal?.throwIfAborted();
      const before = performance.now();
      const waits = waitsSoFar();
      results[at] = here(batch, counter);
      const hasWaited = process.platform === 'win32' || waitsSoFar() - waits >= slowWaits;
      if (hasWaited && performance.now() - before > slowMs) {
        await Promise.all(start(pool.size));
        return;
      }
      await new Promise(resume => setImmediate(resume));
    }
  };
  await Promise.all([...others, ours()]);
  return results;
}

/**
 * How often this process gave its core away of itself. On a machine that others keep busy a batch is slow because it
 * had to give it away, and more threads make that worse. Windows does not count: there each slow batch has waited.
 */
function waitsSoFar(): number {
  return process.resourceUsage().voluntaryContextSwitches;
}
