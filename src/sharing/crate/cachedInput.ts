/** Pinned data that a run read and that is not in the working tree as it was: where the data cache still has it. */
import { LockstepError } from '../../base/lockstepError.ts';
import { ObjectCache } from '../../data/cache/objectCache.ts';
import { isFolderObject, type ObjectId } from '../../data/objectId.ts';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import type { Plan } from '../../runs/plan.ts';
import type { ShareTask } from '../shareTask.ts';

/**
 * The absolute path of its bytes, unchecked; undefined for what no pin of the run names and no cache has.
 * @param path As the run read it, relative to the root.
 */
export async function cachedInput(
  path: string,
  { pins = [] }: Pick<Plan, 'pins'>,
  root: string,
  task: ShareTask,
): Promise<string | undefined> {
  const pin = pins.find(one => one.path === path || path.startsWith(`${one.path}/`));
  const [, algorithm, value] = /^(md5|md5-dos2unix):([0-9a-f]{32}(?:\.dir)?)$/.exec(pin?.object ?? '') ?? [];
  if (pin === undefined || value === undefined) return undefined;
  const pinned: ObjectId = { algorithm: algorithm === 'md5' ? 'md5' : 'md5-dos2unix', value };
  try {
    const { repositories } = await openDataProject(root, task.environment);
    for (const repository of repositories) {
      const cache = ObjectCache.of(repository);
      const object = await fileIn(cache, pinned, path.slice(pin.path.length + 1));
      const found = object === undefined ? undefined : await cache.look(object);
      if (found !== undefined) return found.path;
    }
  } catch (error) {
    task.signal?.throwIfAborted();
    // Without a data repository there is no cache to look into.
    if (!(error instanceof LockstepError)) throw error;
  }
  return undefined;
}

/** A pinned file itself, of a pinned folder what its listing names; undefined where the listing is not here or lacks it. */
async function fileIn(cache: ObjectCache, pinned: ObjectId, below: string): Promise<ObjectId | undefined> {
  if (!isFolderObject(pinned)) return below === '' ? pinned : undefined;
  if (!(await cache.has(pinned))) return undefined;
  const { files } = await cache.readListing(pinned);
  const file = files.find(({ relativePath }) => relativePath === below);
  return file === undefined ? undefined : { algorithm: pinned.algorithm, value: file.md5 };
}
