/**
 * Hashes what lies at paths and keeps it in the cache, in one reading: the content under a hash is the content that
 * was hashed. The files of a folder are there before its listing is.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hashOutputs, type HashedPath } from '../hash/hashOutputs.ts';

/**
 * As `hashOutputs` by DVC 3's function, in the order of `paths` (relative to the data root); everything named in the
 * result with an `object` is in the cache when this resolves. The working tree is not touched, except that with
 * `cache.type` beginning with `hardlink` a file becomes the object (read-only).
 */
export async function storeOutputs(
  repository: DataRepository,
  paths: readonly string[],
  tools: DataTools,
  task: DataTask,
): Promise<readonly HashedPath[]> {
  const presence = await tools.cache.presence();
  const stored = await hashOutputs(
    repository,
    paths.map(path => ({ path })),
    tools,
    task,
    presence,
  );
  for (const found of stored)
    if (found.kind === 'folder' && found.object !== undefined && !presence.has(found.object))
      await tools.cache.insertListing(found.listing());
  return stored;
}
