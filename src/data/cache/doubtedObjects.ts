/**
 * Of objects that the cache has by name, those that are something else. Hashed is only what gives cause for doubt: what
 * is not read-only as verified objects are, is of another size than it should be, or was written to through a link.
 */
import { chmod } from 'node:fs/promises';
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import { joinPaths } from '../workers/dataJobs.ts';
import { fileBatches } from '../workers/fileBatches.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { readStat } from '../walk/fileColumns.ts';
import { pathKinds } from '../walk/statBatch.ts';
import type { LinkedObjects } from './linkedObjects.ts';
import { verifyObjects } from './verifyObjects.ts';

export interface ExpectedObject {
  readonly object: ObjectId;
  /** Bytes, where they are known. */
  readonly size?: number;
}

/** What is not there is not told. What was doubted and is right is read-only afterwards, where we may. */
export async function doubtedObjects(
  { cache, pool }: DataTools,
  linked: LinkedObjects,
  expected: readonly ExpectedObject[],
  task: DataTask,
): Promise<readonly ObjectId[]> {
  if (expected.length === 0) return [];
  const doubtful: ObjectId[] = [];
  using meter = new JobMeter(task, 'look');
  await Promise.all(
    fileBatches(expected.map(() => 0)).map(async batch => {
      const portion = batch.flatMap(index => expected[index] ?? []);
      const keys = portion.map(({ object }) => objectKey(object));
      const { stats, kinds } = await pool.run(
        'stat',
        { root: `${cache.folder}/`, paths: joinPaths(keys) },
        meter,
      );
      for (const [place, { object, size }] of portion.entries()) {
        if (pathKinds[kinds[place] ?? 0] !== 'file') continue;
        const found = {
          ino: readStat(stats, place, 'inode'),
          mtimeMs: readStat(stats, place, 'modified'),
          size: readStat(stats, place, 'size'),
        };
        const isProtected = (readStat(stats, place, 'mode') & 0o777) === 0o444;
        if (!isProtected || (size ?? found.size) !== found.size || linked.isChanged(object.value, found))
          doubtful.push(object);
      }
    }),
  );
  if (doubtful.length === 0) return [];
  const { corrupt } = await verifyObjects(cache, doubtful, pool, task);
  const wrong = new Set(corrupt.map(({ path }) => path));
  for (const object of doubtful) {
    const path = cache.pathOf(object);
    if (!wrong.has(path)) await chmod(path, 0o444).catch(() => undefined);
  }
  return corrupt.map(({ object }) => object);
}
