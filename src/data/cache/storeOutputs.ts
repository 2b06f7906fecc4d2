/**
 * Hashes what lies at paths and keeps it in the cache, in one reading: the content under a hash is the content that
 * was hashed. The files of a folder are there before its listing is.
 */
import { chmod } from 'node:fs/promises';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hexOf } from '../hash/hashedPath.ts';
import { hashOutputs, type HashedPath } from '../hash/hashOutputs.ts';
import type { ObjectId } from '../objectId.ts';
import { presenceWithout, type CachePresence } from './cachePresence.ts';
import { doubtedObjects } from './doubtedObjects.ts';
import { isLinking, LinkedObjects, rememberLinked } from './linkedObjects.ts';

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
  const requests = paths.map(path => ({ path }));
  let stored = await hashOutputs(repository, requests, tools, task, presence);
  const damaged = isLinking(repository)
    ? await damagedMeanwhile(repository, stored, presence, tools, task)
    : [];
  if (damaged.length > 0)
    stored = await hashOutputs(repository, requests, tools, task, presenceWithout(presence, damaged));
  for (const found of stored)
    if (found.kind === 'folder' && found.object !== undefined && !presence.has(found.object))
      await tools.cache.insertListing(found.listing());
  await rememberLinked(repository, stored);
  return stored;
}

/** What the cache seemed to have before and has in another form only, through a link that was written to. It is distrusted from now on. */
async function damagedMeanwhile(
  repository: DataRepository,
  stored: readonly HashedPath[],
  presence: CachePresence,
  tools: DataTools,
  task: DataTask,
): Promise<readonly ObjectId[]> {
  const known = stored.flatMap(({ md5s }) =>
    (hexOf(md5s).match(/.{32}/g) ?? []).flatMap(value => {
      const object: ObjectId = { algorithm: 'md5', value };
      return presence.has(object) ? [{ object }] : [];
    }),
  );
  const damaged = await doubtedObjects(tools, await LinkedObjects.read(repository), known, task);
  for (const object of damaged) await chmod(tools.cache.pathOf(object), 0o644).catch(() => undefined);
  return damaged;
}
