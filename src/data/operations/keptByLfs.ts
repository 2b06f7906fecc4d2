/** Whether paths that no pin of DVC answers are files of Git LFS, or folders above some. */
import type { DataTask } from '../dataProgress.ts';
import { findLfsFiles } from '../lfs/findLfsFiles.ts';
import { openLfsRepository } from '../lfs/lfsRepository.ts';
import type { DataProject } from './dataProject.ts';
import { pathNotPinned } from './errors.ts';

/** @param paths Relative to the project's root; given back. Rejects with `path-not-pinned` where one is not. */
export async function keptByLfs(
  project: DataProject,
  paths: readonly string[],
  task: DataTask,
): Promise<readonly string[]> {
  if (paths.length === 0) return paths;
  const repository =
    project.git === undefined ? undefined : await openLfsRepository(project.root, project.environment);
  const files = repository === undefined ? [] : await findLfsFiles(repository, { paths }, task);
  const strange = paths.filter(
    path => !files.some(file => file.path === path || file.path.startsWith(`${path}/`)),
  );
  if (strange.length > 0) throw pathNotPinned(strange);
  return paths;
}
