/**
 * Where the objects of snapshots lie: a bare repository of our own, `<git common dir>/lockstep/snapshots.git`. The
 * person's repository does not know it, so that ten thousand snapshots cost its fetch, log and status nothing, no
 * collection of garbage reaches them, and no push sends them. Unchanged files stay where they are, in the person's
 * object store; HEAD's tree is kept there by a ref.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../base/atomicFile.ts';
import type { Repository } from './findRepository.ts';

/** Absolute path of the bare repository; it need not exist yet. */
export function snapshotStoreOf(commonDir: string): string {
  return join(commonDir, 'lockstep', 'snapshots.git');
}

/** Whether a git folder is such a store. */
export function isSnapshotStore(gitDir: string): boolean {
  return snapshotStoreOf(dirname(dirname(gitDir))) === gitDir;
}

/** As a repository to run git in. It has no working tree, so its own folder stands in. */
export function snapshotRepositoryOf(repository: Repository): Repository {
  const folder = snapshotStoreOf(repository.commonDir);
  return { ...repository, root: folder, gitDir: folder, commonDir: folder, explicit: true };
}

/** Makes the store, if it is not there, without a process; any number of processes may do so at once. */
export async function openSnapshotStore(repository: Repository): Promise<void> {
  const folder = snapshotStoreOf(repository.commonDir);
  const head = join(folder, 'HEAD');
  if (await exists(head)) return;
  await mkdir(join(folder, 'objects'), { recursive: true });
  await mkdir(join(folder, 'refs'), { recursive: true });
  await writeFileAtomic(join(folder, 'config'), configuration(repository.idBytes));
  // Last, because it says that all is there.
  await writeFileAtomic(head, 'ref: refs/heads/none\n');
}

function configuration(idBytes: 20 | 32): string {
  const common = '\tbare = true\n[gc]\n\tauto = 0\n';
  return idBytes === 20
    ? `[core]\n\trepositoryformatversion = 0\n${common}`
    : `[core]\n\trepositoryformatversion = 1\n${common}[extensions]\n\tobjectformat = sha256\n`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
