/** Sizes of many files of one folder, asked in batches: promises cost several times what the system needs for the answer. */
import type { DataTask } from '../dataProgress.ts';
import { readStat } from '../walk/fileColumns.ts';
import { pathKinds, statBatch } from '../walk/statBatch.ts';
import { joinPaths } from '../workers/dataJobs.ts';
import { DataPool } from '../workers/dataPool.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { shareBatches } from '../workers/shareBatches.ts';

export interface FileSizes {
  /** By path, of what is a file. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Paths that the system did not tell about; that nothing is there is no such case. */
  readonly untold: readonly string[];
}

const filesAtOnce = 500;

/** @param folder Absolute. @param paths Relative to it, forward slashes, none of them empty. Rejects when the task is cancelled. */
export async function fileSizes(
  folder: string,
  paths: readonly string[],
  task: DataTask,
): Promise<FileSizes> {
  await using pool = new DataPool();
  using meter = new JobMeter(task.signal === undefined ? {} : { signal: task.signal }, 'look');
  const portions: (readonly string[])[] = [];
  for (let from = 0; from < paths.length; from += filesAtOnce)
    portions.push(paths.slice(from, from + filesAtOnce));
  const looked = await shareBatches(
    pool,
    'stat',
    portions.map(portion => ({ root: `${folder}/`, paths: joinPaths(portion) })),
    statBatch,
    meter,
  );
  const sizes = new Map<string, number>();
  const untold: string[] = [];
  for (const [part, { kinds, stats, failures }] of looked.entries()) {
    for (const [index, path] of (portions[part] ?? []).entries())
      if (pathKinds[kinds[index] ?? 0] === 'file') sizes.set(path, readStat(stats, index, 'size'));
    untold.push(...failures.map(({ index }) => portions[part]?.[index] ?? ''));
  }
  return { sizes, untold };
}
