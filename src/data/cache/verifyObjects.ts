/** Hashes objects of the cache again and names those that are not what their name says. Changes nothing. */
import type { DataTask } from '../dataProgress.ts';
import { isFolderObject, objectKey, type ObjectId } from '../objectId.ts';
import { hexOf, isHashed } from '../hash/hashedPath.ts';
import { joinPaths } from '../workers/dataJobs.ts';
import type { DataPool } from '../workers/dataPool.ts';
import { fileBatches } from '../workers/fileBatches.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { readStat } from '../walk/fileColumns.ts';
import { pathKinds } from '../walk/statBatch.ts';
import type { ObjectCache } from './objectCache.ts';

export interface VerifiedObjects {
  readonly whole: number;
  readonly missing: readonly ObjectId[];
  readonly corrupt: readonly {
    readonly object: ObjectId;
    /** Absolute. */
    readonly path: string;
    /** What its content hashes to; a reason where it cannot be read. */
    readonly found: string;
  }[];
}

/** Each object once, however often it is named. */
export async function verifyObjects(
  cache: ObjectCache,
  objects: Iterable<ObjectId>,
  pool: DataPool,
  task: DataTask,
): Promise<VerifiedObjects> {
  const byKey = new Map([...objects].map(object => [objectKey(object), object]));
  const missing: ObjectId[] = [];
  const corrupt: { object: ObjectId; path: string; found: string }[] = [];
  let whole = 0;
  for (const algorithm of ['md5', 'md5-dos2unix'] as const) {
    const keys = [...byKey].filter(([, object]) => object.algorithm === algorithm).map(([key]) => key);
    const { sizes, none } = await sizesOf(cache, keys, pool, task);
    for (const index of none) {
      const object = byKey.get(keys[index] ?? '');
      if (object !== undefined) missing.push(object);
    }
    const there = keys.map((_, index) => index).filter(index => !none.has(index));
    using meter = new JobMeter(task, 'look', {
      files: there.length,
      bytes: there.reduce((sum, index) => sum + (sizes[index] ?? 0), 0),
    });
    await Promise.all(
      fileBatches(there.map(index => sizes[index] ?? 0)).map(async batch => {
        const portion = batch.map(place => keys[there[place] ?? 0] ?? '');
        const hashed = await pool.run(
          'hash',
          { root: `${cache.folder}/`, paths: joinPaths(portion), algorithm },
          meter,
        );
        const reasons = new Map(hashed.failures.map(failure => [failure.index, failure.message]));
        for (const [place, key] of portion.entries()) {
          const object = byKey.get(key);
          if (object === undefined) continue;
          const found = [hashed.md5s, hashed.olderMd5s].flatMap(md5s =>
            md5s === undefined || !isHashed(md5s, place)
              ? []
              : [hexOf(md5s.subarray(place * 16, place * 16 + 16))],
          );
          if (found.includes(object.value.slice(0, 32))) whole += 1;
          else {
            const suffix = isFolderObject(object) ? '.dir' : '';
            const what = found[0] === undefined ? (reasons.get(place) ?? 'unreadable') : found[0] + suffix;
            corrupt.push({ object, path: cache.pathOf(object), found: what });
          }
        }
      }),
    );
    task.signal?.throwIfAborted();
  }
  return { whole, missing, corrupt };
}

async function sizesOf(
  cache: ObjectCache,
  keys: readonly string[],
  pool: DataPool,
  task: DataTask,
): Promise<{ sizes: number[]; none: Set<number> }> {
  using meter = new JobMeter(task, 'look');
  const sizes: number[] = [];
  const none = new Set<number>();
  await Promise.all(
    fileBatches(keys.map(() => 0)).map(async batch => {
      const looked = await pool.run(
        'stat',
        { root: `${cache.folder}/`, paths: joinPaths(batch.map(index => keys[index] ?? '')) },
        meter,
      );
      for (const [place, index] of batch.entries()) {
        sizes[index] = readStat(looked.stats, place, 'size');
        if (pathKinds[looked.kinds[place] ?? 0] === 'none') none.add(index);
      }
    }),
  );
  return { sizes, none };
}
