/** Finds the data around a folder: every DVC repository of the working tree, the nearest one without git. */
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import { openDataRepository } from '../config/openDataRepository.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataProject } from './dataProject.ts';

/** A folder with no data yet gives a project without repositories; outside git and DVC its root is the folder. */
export async function openDataProject(folder: string, environment: NodeJS.ProcessEnv): Promise<DataProject> {
  const git = await findRepository(folder, environment);
  const nearest = await openDataRepository(folder, environment);
  if (git === undefined) {
    const root = nearest?.root ?? (await realpath(folder));
    return { root, repositories: nearest === undefined ? [] : [nearest], environment };
  }
  const found = new Map<string, DataRepository>();
  if (nearest !== undefined) found.set(nearest.root, nearest);
  const { stdout } = await runGit({ repository: git, environment }, [
    'ls-files',
    '-z',
    '--',
    ':(top,glob)**/.dvc/config',
  ]);
  const roots = stdout.toString('utf8').split('\0').filter(Boolean);
  for (const root of [git.root, ...roots.map(path => join(git.root, dirname(dirname(path))))]) {
    if (found.has(root)) continue;
    const repository = await openDataRepository(root, environment).catch((error: unknown) => {
      // A sub-folder that git still lists and the disk has no more.
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    });
    if (repository !== undefined) found.set(repository.root, repository);
  }
  const repositories = [...found.values()]
    .filter(({ root }) => root === git.root || root.startsWith(`${git.root}/`) || root === nearest?.root)
    .sort((one, other) => (one.root < other.root ? -1 : 1));
  return { root: git.root, git, repositories, environment };
}
