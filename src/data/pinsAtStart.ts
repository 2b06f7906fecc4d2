/**
 * The pinned data (DVC, Git LFS) of a working tree as a run finds it when it starts: from the index of git and what is known of
 * hashes, without a walk and without reading any content, because somebody waits.
 */
import { join } from 'node:path';
import type { PinnedPath } from '../runs/plan.ts';
import { bytePathText } from '../git/bytePath.ts';
import { findRepository, type Repository } from '../git/findRepository.ts';
import { objectText } from './cache/objectCache.ts';
import { openDataRepository } from './config/openDataRepository.ts';
import { knownFileHashes } from './hash/knownFileHashes.ts';
import { findDataFolder } from './history/findDataFolder.ts';
import { lfsPinsAtStart } from './lfs/lfsPinsAtStart.ts';
import { readIndexStats, type IndexStats } from './lfs/readIndexStats.ts';
import type { PinnedOutput } from './pinnedOutput.ts';
import { openPinCache } from './pins/pinCache.ts';
import { readPinFileOnDisk } from './pins/readPinFileOnDisk.ts';

/** So many are listed; a plan is read often. */
const limit = 1000;

/**
 * Sorted by path; paths relative to `root`, the top of git's working tree. `captured`: the file is known to be as pinned;
 * `declared`: nobody has looked, as for folders. A file that is known to be something else is left out. Undefined where
 * nothing is pinned.
 */
export async function pinsAtStart(
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<PinnedPath[] | undefined> {
  const git = await findRepository(root, environment);
  if (git === undefined) return undefined;
  const index = await readIndexStats(git);
  const [ofDvc, ofLfs] = await Promise.all([
    dvcPinsAtStart(git, index, environment),
    lfsPinsAtStart(git, index, environment, limit),
  ]);
  const pins = [...ofDvc, ...ofLfs];
  if (pins.length === 0) return undefined;
  return pins.sort((one, other) => (one.path < other.path ? -1 : 1)).slice(0, limit);
}

async function dvcPinsAtStart(
  git: Repository,
  { entries }: IndexStats,
  environment: NodeJS.ProcessEnv,
): Promise<PinnedPath[]> {
  const files = [...entries.keys()].filter(isPinFile).map(bytePathText);
  const byFolder = new Map<string | undefined, string[]>();
  for (const file of files) {
    const folder = findDataFolder(git.root, file);
    const own = byFolder.get(folder) ?? [];
    own.push(file);
    byFolder.set(folder, own);
  }
  const pins: PinnedPath[] = [];
  for (const [folder, own] of byFolder) {
    if (folder === undefined) continue;
    const repository = await openDataRepository(join(git.root, folder), environment);
    if (repository === undefined) continue;
    const prefix = folder === '' ? '' : `${folder}/`;
    const cache = await openPinCache(repository.stateFolder);
    const outputs = own.flatMap(
      file => readPinFileOnDisk(repository.root, file.slice(prefix.length), cache)?.outputs ?? [],
    );
    await cache.save();
    const pinned = outputs.filter(output => output.object !== undefined);
    const known = await knownFileHashes(
      repository,
      pinned.map(output => output.path),
    );
    for (const output of pinned) {
      const pin = pinOf(output, prefix, known.get(output.path));
      if (pin !== undefined) pins.push(pin);
    }
  }
  return pins;
}

function isPinFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name === 'dvc.yaml' || (name.endsWith('.dvc') && name !== '.dvc');
}

function pinOf(output: PinnedOutput, prefix: string, md5: string | undefined): PinnedPath | undefined {
  const { object, size, path, pinFile } = output;
  if (object === undefined || (md5 !== undefined && md5 !== object.value)) return undefined;
  return {
    ...{ path: prefix + path, object: objectText(object), pinFile: prefix + pinFile },
    ...(size === undefined ? {} : { size }),
    known: md5 === undefined ? 'declared' : 'captured',
  };
}
