/**
 * The state of the code between two snapshots: one of them with some files of the other. Invariant: objects go to the
 * snapshot store alone, and no working tree or index of the person is touched.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytePathText } from './bytePath.ts';
import { diffTrees } from './compareTrees.ts';
import { notARepository, objectMissing } from './errors.ts';
import { findRepository } from './findRepository.ts';
import { runGit } from './runGit.ts';
import type { GitContext } from './runGit.ts';
import { openSnapshotStore } from './snapshotStore.ts';

export interface TreeMix {
  /** Any folder of the repository. */
  readonly root: string;
  /** Trees or commits. */
  readonly base: string;
  readonly from: string;
  /** As compareTrees names them, relative to the root: these are as in `from`, absent where they are absent there. */
  readonly paths: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** The id of the tree. Rejects with `object-missing` when one of the two is gone. */
export async function mixTrees({
  root,
  base,
  from,
  paths,
  signal,
  environment = process.env,
}: TreeMix): Promise<string> {
  const repository = await findRepository(root, environment);
  if (repository === undefined) throw notARepository(root);
  await openSnapshotStore(repository);
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-tree-'));
  const context: GitContext = { repository, environment, signal, indexFile: join(folder, 'index') };
  try {
    const files = await diffTrees(context, base, from).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw objectMissing(`${base} or ${from}`, error);
    });
    const lines = files
      .filter(({ path }) => paths.has(bytePathText(path)))
      // Mode 0 takes a path away; that first, so that a folder can come in the place of a file.
      .sort((a, b) => Number(b.status === 'D') - Number(a.status === 'D'))
      .map(({ path, status, newMode, newId }) => `${status === 'D' ? '0' : newMode} ${newId}\t${path}\0`);
    await runGit(context, ['read-tree', base]);
    const input = Buffer.from(lines.join(''), 'latin1');
    await runGit(context, ['update-index', '-z', '--index-info'], { input });
    const { stdout } = await runGit(context, ['write-tree', '--missing-ok'], { storing: true });
    return stdout.toString('utf8').trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
