/** The Git LFS part of a checkout: pointers in the working tree become content, from the local store alone. */
import { hydrate } from '../lfs/hydrate.ts';
import { openLfsRepository } from '../lfs/lfsRepository.ts';
import { findLfsFiles } from '../lfs/findLfsFiles.ts';
import type { DataTask } from '../dataProgress.ts';
import type { CheckoutTally } from './checkoutData.ts';
import type { DataProject } from './dataProject.ts';
import { pathNotPinned } from './errors.ts';

/** `unmatched`: paths that only Git LFS can know. Rejects with `path-not-pinned` where it does not. */
export async function checkoutLfs(
  project: DataProject,
  paths: readonly string[] | undefined,
  unmatched: readonly string[],
  task: DataTask,
  tally: CheckoutTally,
): Promise<void> {
  if (project.git === undefined) return;
  const repository = await openLfsRepository(project.root, project.environment);
  const files =
    repository === undefined
      ? []
      : await findLfsFiles(repository, paths === undefined ? {} : { paths }, task);
  const strange = unmatched.filter(
    path => !files.some(file => file.path === path || file.path.startsWith(`${path}/`)),
  );
  if (strange.length > 0) throw pathNotPinned(strange);
  if (repository === undefined || files.length === 0) return;
  const { filled, missing } = await hydrate(
    repository,
    { ...(paths === undefined ? {} : { paths }), fetch: false, files },
    task,
  );
  const sizes = new Map(files.map(file => [file.path, file.size]));
  tally.added.push(...filled);
  tally.files += filled.length;
  tally.bytes += filled.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  tally.unchanged += files.filter(file => file.onDisk === 'content').length;
  // What Git LFS files hold beside their pin is in git's own hands: git status shows it, git restore discards it.
  tally.notSelected += files.filter(file => file.onDisk === 'left-out').length;
  for (const { path, oid, size, why } of missing)
    tally.missing.push({ path, object: `sha256:${oid}`, size, trouble: 'not-in-cache', detail: why });
}
