/** Git LFS files in the words of the status of pinned paths. */
import type { DataTask } from '../dataProgress.ts';
import { findLfsFiles, listLfsFiltered, type LfsFile } from '../lfs/findLfsFiles.ts';
import { openLfsRepository } from '../lfs/lfsRepository.ts';
import type { DataProject } from './dataProject.ts';
import type { PathState, PathStatus } from './dataStatus.ts';

/** `paths` are relative to the project's root; everything when absent. Empty outside git. */
export async function readLfsStatus(
  project: DataProject,
  paths: readonly string[] | undefined,
  task: DataTask,
): Promise<PathStatus[]> {
  if (project.git === undefined) return [];
  const request = paths === undefined || paths.includes('') ? {} : { paths };
  const context = { repository: project.git, environment: project.environment, signal: task.signal };
  // Asked first: most repositories have no such file, and its settings cost three more processes.
  const listed = await listLfsFiltered(context, request.paths);
  if (listed.length === 0) return [];
  const repository = await openLfsRepository(project.root, project.environment);
  if (repository === undefined) return [];
  const files = await findLfsFiles(repository, { ...request, listed }, task);
  return files.map(statusOf);
}

function statusOf({ path, oid, size, onDisk, inStore }: LfsFile): PathStatus {
  return {
    ...{ path, kind: 'lfs', pinFile: path, folder: false, pinned: `sha256:${oid}`, size },
    state: states[onDisk],
    ...(onDisk === 'left-out' ? { notSelected: true } : {}),
    ...(onDisk === 'content' ? { current: `sha256:${oid}` } : {}),
    ...(inStore || onDisk === 'left-out' ? {} : { notInCache: { files: 1, bytes: size } }),
  };
}

const states: Readonly<Record<LfsFile['onDisk'], PathState>> = {
  content: 'in-sync',
  pointer: 'missing',
  missing: 'missing',
  modified: 'modified',
  'left-out': 'missing',
};
