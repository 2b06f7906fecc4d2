/** The paths of all files that a tree holds. */
import { bytePathText, splitNul } from './bytePath.ts';
import { notARepository } from './errors.ts';
import { findRepository } from './findRepository.ts';
import { runGit } from './runGit.ts';

/** Relative to the root, forward slashes; a submodule counts as one path. Rejects when git does. */
export async function listTree(request: {
  readonly root: string;
  /** A tree or commit. */
  readonly tree: string;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
}): Promise<string[]> {
  const { root, tree, signal, environment = process.env } = request;
  const repository = await findRepository(root, environment);
  if (repository === undefined) throw notARepository(root);
  const { stdout } = await runGit({ repository, environment, signal }, [
    ...['ls-tree', '-r', '-z', '--name-only', '--full-tree'],
    tree,
  ]);
  return splitNul(stdout).map(bytePathText);
}
