/**
 * Before a file of the working tree goes because the cache has its content: whether that is so. A name alone proves
 * nothing; what is of another size, not read-only as verified objects are, or written to through a link, is hashed.
 */
import { lstatSync } from 'node:fs';
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import type { LinkedObjects } from './linkedObjects.ts';
import type { ObjectId } from '../objectId.ts';
import { verifyObjects } from './verifyObjects.ts';

export interface SavedFile {
  readonly object: ObjectId;
  /** Bytes of the file in the working tree. */
  readonly size: number;
}

/** Hashes (without the algorithm) of those that are not in the cache as they should be. */
export async function damagedObjects(
  { cache, pool }: DataTools,
  linked: LinkedObjects,
  files: readonly SavedFile[],
  task: DataTask,
): Promise<ReadonlySet<string>> {
  const doubtful: ObjectId[] = [];
  for (const { object, size } of files) {
    const found = lstatSync(cache.pathOf(object), { throwIfNoEntry: false });
    const believed =
      found?.isFile() === true &&
      found.size === size &&
      (found.mode & 0o777) === 0o444 &&
      !linked.isChanged(object.value, found);
    if (!believed) doubtful.push(object);
  }
  if (doubtful.length === 0) return new Set();
  const { missing, corrupt } = await verifyObjects(cache, doubtful, pool, task);
  return new Set([...missing, ...corrupt.map(one => one.object)].map(object => object.value));
}
