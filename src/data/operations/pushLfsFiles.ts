/** The Git LFS part of a push: what HEAD and the commits that are not pushed yet point to. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { DataTask } from '../dataProgress.ts';
import { openLfsRepository } from '../lfs/lfsRepository.ts';
import { pushLfs } from '../lfs/pushLfs.ts';
import type { DataProject } from './dataProject.ts';
import type { TransferTotals } from './transferTotals.ts';

/** A server that cannot be reached is a problem of this part alone. */
export async function pushLfsFiles(
  project: DataProject,
  revisions: readonly string[] | undefined,
  task: DataTask,
  totals: TransferTotals,
): Promise<void> {
  if (project.git === undefined) return;
  const repository = await openLfsRepository(project.root, project.environment);
  if (repository === undefined) return;
  try {
    const { pushed, present, failures, paths } = await pushLfs(
      repository,
      revisions === undefined ? {} : { revisions },
      task,
    );
    for (const { size } of pushed) totals.moved(1, size);
    for (const { size } of present) totals.present(1, size);
    for (const [oid, { message }] of failures)
      totals.trouble({
        path: paths.get(oid) ?? '',
        object: `sha256:${oid}`,
        trouble: 'failed',
        detail: message,
      });
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    totals.problems.push({ path: '', what: `Git LFS: ${error.message}` });
  }
}
