/** Of a path that is not as pinned: the objects of the cache that its files are by a link, so that they were changed with them. */
import { lstatSync } from 'node:fs';
import { isLinking } from '../cache/linkedObjects.ts';
import { objectText } from '../cache/objectCache.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hexOf } from '../hash/hashedPath.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { linkFlag, readStat } from '../walk/fileColumns.ts';
import type { LookedAtPin } from './lookAtPins.ts';

const shown = 1_000;

export function damagedThroughLinks(
  repository: DataRepository,
  { pin, current, listing, equal }: Pick<LookedAtPin, 'pin' | 'current' | 'listing' | 'equal'>,
  { cache }: DataTools,
): string[] {
  const { object } = pin;
  if (equal || object === undefined || !isLinking(repository)) return [];
  const { algorithm } = object;
  const wanted = isFolderObject(object)
    ? new Map(listing?.files.map(({ relativePath, md5 }) => [relativePath, md5]))
    : new Map([['', object.value]]);
  const hex = hexOf(current.md5s);
  const { paths, stats } = current.columns;
  const damaged: string[] = [];
  for (const [index, path] of paths.entries()) {
    const value = wanted.get(path);
    if (value === undefined || value === hex.slice(index * 32, index * 32 + 32)) continue;
    if (readStat(stats, index, 'links') < 2 && readStat(stats, index, 'mode') < linkFlag) continue;
    const id: ObjectId = { algorithm, value };
    const found = lstatSync(cache.pathOf(id), { throwIfNoEntry: false });
    if (found?.ino === readStat(stats, index, 'inode') && damaged.length < shown)
      damaged.push(objectText(id));
  }
  return damaged;
}
