/** Removes a pinned path with all its files, when each is safe in the cache. */
import { damagedObjects, type SavedFile } from '../cache/damagedObjects.ts';
import type { CachePresence } from '../cache/cachePresence.ts';
import { LinkedObjects } from '../cache/linkedObjects.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hexOf, type HashedPath } from '../hash/hashedPath.ts';
import { batchFiles, joinPaths } from '../workers/dataJobs.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { readStat, statWidth } from '../walk/fileColumns.ts';
import { fullPath } from './runPlacing.ts';
import { removeEmptyFolders } from './removeBatch.ts';

/** False when something stays: what is nowhere else, what changed meanwhile, or is ignored. Then nothing, or only what is safe, went. */
export async function removeWhole(
  repository: DataRepository,
  current: HashedPath,
  presence: CachePresence,
  tools: DataTools,
  task: DataTask,
): Promise<boolean> {
  const { pool } = tools;
  const algorithm = current.object?.algorithm ?? 'md5';
  const hex = hexOf(current.md5s);
  const { paths, stats } = current.columns;
  if (current.problems.length > 0) return false;
  const files = paths.map((_, index): SavedFile => ({
    object: { algorithm, value: hex.slice(index * 32, index * 32 + 32) },
    size: readStat(stats, index, 'size'),
  }));
  if (files.some(({ object }) => !presence.has(object))) return false;
  if ((await damagedObjects(tools, await LinkedObjects.read(repository), files, task)).size > 0) return false;
  using meter = new JobMeter(task, 'place', { files: paths.length }, current.path);
  let whole = true;
  const portions: Promise<void>[] = [];
  for (let from = 0; from < paths.length; from += batchFiles) {
    const names = paths.slice(from, from + batchFiles).map(path => fullPath(current.path, path));
    const before = stats.slice(from * statWidth, (from + names.length) * statWidth);
    portions.push(
      pool
        .run('remove', { root: `${repository.root}/`, paths: joinPaths(names), before }, meter)
        .then(({ failures }) => {
          if (failures.length > 0) whole = false;
        }),
    );
  }
  await Promise.all(portions);
  const folders = new Set(paths.map(path => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
  if (current.kind === 'folder')
    for (const folder of [...folders].sort((one, other) => other.length - one.length))
      removeEmptyFolders(repository.root, folder === '' ? current.path : `${current.path}/${folder}`);
  return whole;
}
