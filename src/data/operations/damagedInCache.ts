/**
 * Objects of the cache that are not what their names say, while whole ones are fetched in their place. What they hold is
 * kept aside: by a link of the working tree it may be somebody's work.
 */
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { doubtedObjects, type ExpectedObject } from '../cache/doubtedObjects.ts';
import { LinkedObjects } from '../cache/linkedObjects.ts';
import { objectText } from '../cache/objectCache.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { isFolderObject, type ObjectId } from '../objectId.ts';
import { transferKey } from '../remotes/transferResult.ts';
import type { ReplacedObject } from './dataResult.ts';
import { readKnownListing } from './lookAtPins.ts';
import { isMeant, type SelectedPin } from './selectPins.ts';

interface DamagedObject {
  readonly id: ObjectId;
  /** Of a file that wants it, relative to the project's root. */
  readonly path: string;
}

/** Of what the pins need. */
export async function findDamaged(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  tools: DataTools,
  task: DataTask,
): Promise<readonly DamagedObject[]> {
  const damaged: DamagedObject[] = [];
  const paths = new Map<string, string>();
  const expected: ExpectedObject[] = [];
  const expect = (object: ObjectId, path: string, size?: number): void => {
    if (paths.has(transferKey(object))) return;
    paths.set(transferKey(object), path);
    expected.push(size === undefined ? { object } : { object, size });
  };
  for (const { pin, path, only } of pins) {
    const { object, size } = pin;
    if (object === undefined) continue;
    if (!isFolderObject(object)) {
      expect(object, path, object.algorithm === 'md5' ? size : undefined);
      continue;
    }
    const { listing, listingTrouble } = await readKnownListing(tools, object);
    if (listingTrouble?.code === 'object-corrupt') damaged.push({ id: object, path });
    for (const { relativePath, md5 } of listing?.files ?? [])
      if (isMeant(only, relativePath))
        expect({ algorithm: object.algorithm, value: md5 }, `${path}/${relativePath}`);
  }
  const wrong = await doubtedObjects(tools, await LinkedObjects.read(repository), expected, task);
  return [...damaged, ...wrong.map(id => ({ id, path: paths.get(transferKey(id)) ?? id.value }))];
}

/** Keeps a copy of each beside the cache; `settle` tells which were replaced, and takes the copies of the others away. */
export async function keepAside(
  { stateFolder }: DataRepository,
  damaged: readonly DamagedObject[],
  { cache }: DataTools,
): Promise<{ settle(): Promise<readonly ReplacedObject[]> }> {
  const folder = join(stateFolder, 'damaged');
  if (damaged.length > 0) await mkdir(folder, { recursive: true });
  const kept = await Promise.all(
    damaged.map(async ({ id, path }) => {
      const object = cache.pathOf(id);
      const { ino } = await lstat(object);
      return { id, path, object, ino, keptAs: await copyOf(object, join(folder, id.value)) };
    }),
  );
  return {
    async settle() {
      const replaced: ReplacedObject[] = [];
      for (const { id, path, object, ino, keptAs } of kept) {
        const now = await lstat(object).catch(() => undefined);
        if (now === undefined || now.ino === ino) await rm(keptAs, { force: true });
        else replaced.push({ path, object: objectText(id), keptAs });
      }
      return replaced;
    },
  };
}

/** Under the first name that is free. */
async function copyOf(object: string, name: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const target = count === 1 ? name : `${name}-${count}`;
    try {
      await link(object, target).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
        return copyFile(object, target, constants.COPYFILE_EXCL);
      });
      return target;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
