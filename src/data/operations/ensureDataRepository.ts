/** The data repository that paths are pinned in; begun as `dvc init` begins one where there is none. */
import { initDataRepository } from '../config/initDataRepository.ts';
import type { DataProject } from './dataProject.ts';
import { dataNotBegun } from './errors.ts';
import { readLfsStatus } from './readLfsStatus.ts';
import { repositoryOf } from './selectPins.ts';

/** `paths` are relative to the project's root. Rejects with `data-not-begun` where Git LFS is used and nobody said `initialise`. */
export async function ensureDataRepository(
  project: DataProject,
  paths: readonly string[],
  initialise?: boolean,
): Promise<{ project: DataProject; initialised?: string }> {
  if (paths.every(path => repositoryOf(project, path) !== undefined)) return { project };
  if (initialise === false) throw dataNotBegun();
  if (initialise !== true && (await readLfsStatus(project, undefined, {})).length > 0) throw dataNotBegun();
  const repository = await initDataRepository(project.root, {
    noScm: project.git === undefined,
    environment: project.environment,
  });
  return { project: { ...project, repositories: [repository, ...project.repositories] }, initialised: '.' };
}
