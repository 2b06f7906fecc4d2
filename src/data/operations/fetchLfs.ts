/** Brings what Git LFS pointers of the working tree name into the local store. */
import type { DataTask } from '../dataProgress.ts';
import { fetchLfsObjects } from '../lfs/fetchLfsObjects.ts';
import { findLfsFiles, type LfsFile } from '../lfs/findLfsFiles.ts';
import { openLfsRepository } from '../lfs/lfsRepository.ts';
import type { DataProject } from './dataProject.ts';
import { pathNotPinned } from './errors.ts';
import type { TransferRequest } from './fetchData.ts';
import type { TransferTotals } from './transferTotals.ts';

/** `paths` are relative to the project's root; all when undefined, none when empty. Rejects with `path-not-pinned`. */
export async function fetchLfs(
  project: DataProject,
  paths: readonly string[] | undefined,
  _request: TransferRequest,
  task: DataTask,
  totals: TransferTotals,
): Promise<void> {
  if (project.git === undefined || paths?.length === 0) return;
  const repository = await openLfsRepository(project.root, project.environment);
  if (repository === undefined) return;
  const files = await findLfsFiles(repository, paths === undefined ? {} : { paths }, task);
  const unmatched = (paths ?? []).filter(
    path => !files.some(file => file.path === path || file.path.startsWith(`${path}/`)),
  );
  if (unmatched.length > 0) throw pathNotPinned(unmatched);
  const wanted = files.filter(file => file.onDisk !== 'left-out');
  const isLacking = (file: LfsFile): boolean => !file.inStore && file.onDisk !== 'content';
  const lacking = wanted.filter(isLacking);
  for (const file of wanted) if (!isLacking(file)) totals.present(1, file.size);
  if (lacking.length === 0) return;
  const { fetched, failures } = await fetchLfsObjects(repository, lacking, undefined, task);
  totals.moved(
    fetched.length,
    fetched.reduce((sum, one) => sum + one.size, 0),
  );
  for (const { path, oid, size } of lacking) {
    const failure = failures.get(oid);
    if (failure !== undefined)
      totals.trouble({ path, object: `sha256:${oid}`, size, trouble: 'failed', detail: failure.message });
  }
}
