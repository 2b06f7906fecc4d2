/** Of what a plan replaces or removes, because the cache has it: what the cache has in a damaged form only. */
import { damagedObjects, type SavedFile } from '../cache/damagedObjects.ts';
import type { CachePresence } from '../cache/cachePresence.ts';
import type { LinkedObjects } from '../cache/linkedObjects.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import { hexOf, isHashed, type HashedPath } from '../hash/hashedPath.ts';
import type { ObjectId } from '../objectId.ts';
import { readStat } from '../walk/fileColumns.ts';
import type { KeptPath, PlacingPlan } from './planPlacing.ts';

export async function damagedCopies(
  { steps }: PlacingPlan,
  { columns, md5s }: HashedPath,
  algorithm: ObjectId['algorithm'],
  presence: CachePresence,
  linked: LinkedObjects,
  tools: DataTools,
  task: DataTask,
): Promise<readonly KeptPath[]> {
  const going: (SavedFile & KeptPath)[] = [];
  for (const { act, here, path } of steps) {
    if (here === -1 || (act !== 'place' && act !== 'remove') || !isHashed(md5s, here)) continue;
    const object: ObjectId = { algorithm, value: hexOf(md5s.subarray(here * 16, here * 16 + 16)) };
    if (!presence.has(object)) continue;
    const size = readStat(columns.stats, here, 'size');
    going.push({ object, size, path, what: act === 'place' ? 'modified' : 'added' });
  }
  const damaged = await damagedObjects(tools, linked, going, task);
  return going.filter(({ object }) => damaged.has(object.value)).map(({ path, what }) => ({ path, what }));
}
