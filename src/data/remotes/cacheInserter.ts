/** Moves proven files into the cache, as DVC keeps them: read-only, under the name that their hash says. */
import { chmod, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { objectKey, type ObjectId } from '../objectId.ts';
import { writingFailure } from './errors.ts';
import type { CachePlace } from './transferResult.ts';

/** @returns What takes over the file at `path`, which lies on the file system of the cache. */
export function cacheInserter(cache: CachePlace): (id: ObjectId, path: string) => Promise<void> {
  const made = new Set<string>();
  return async (id, path) => {
    const target = join(cache.cacheFolder, objectKey(id));
    const folder = dirname(target);
    try {
      if (!made.has(folder)) {
        const first = await mkdir(folder, { recursive: true });
        // The umask takes away from the mode that mkdir is given: the group gets its rights afterwards.
        if (cache.sharedWithGroup && first !== undefined) await chmod(folder, 0o2775);
        made.add(folder);
      }
      await chmod(path, 0o444);
      await rename(path, target);
    } catch (error) {
      throw writingFailure(cache.cacheFolder, error);
    }
  };
}
