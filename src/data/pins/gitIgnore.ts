/** Keeps git away from pinned files: the `/name` lines that DVC writes into the `.gitignore` beside each of them. */
import type { DataRepository } from '../dataRepository.ts';

/** Adds a line for each of `paths` (outputs, relative to the data root) that git does not ignore yet. Resolves with the `.gitignore` files that changed, relative to the data root. */
export async function addGitIgnores(
  repository: DataRepository,
  paths: readonly string[],
): Promise<readonly string[]> {
  return Promise.reject(new Error(`not yet ${repository.root} ${paths.length}`));
}

/** Removes the lines of `paths`; a `.gitignore` that becomes empty is deleted. */
export async function removeGitIgnores(
  repository: DataRepository,
  paths: readonly string[],
): Promise<readonly string[]> {
  return Promise.reject(new Error(`not yet ${repository.root} ${paths.length}`));
}
