/**
 * Which pinned paths this clone wants on disk: kept in the clone's own state, never in git. Read by checkout, pull,
 * status and sync; a path outside the choice is neither placed nor told as missing.
 */
import type { DataRepository } from '../dataRepository.ts';
import type { DataProject } from './dataProject.ts';

export interface SparseChoice {
  /** Relative to the data root, forward slashes: a pinned path, a file in one, or a folder above some. Everything when absent. */
  readonly only?: readonly string[];
}

export async function readSparseChoice(_repository: DataRepository): Promise<SparseChoice> {
  return Promise.resolve({});
}

export async function writeSparseChoice(_repository: DataRepository, _choice: SparseChoice): Promise<void> {
  return Promise.reject(new Error('not yet'));
}

/** `paths` are absolute; everything where they are absent. Rejects with `path-not-pinned` where none of them has a pin. */
export async function chooseSparse(
  _project: DataProject,
  _paths: readonly string[] | undefined,
): Promise<void> {
  return Promise.reject(new Error('not yet'));
}

/** Whether `path` (relative to the data root) is wanted, or something below it is. */
export function isChosen(choice: SparseChoice, path: string): boolean {
  const { only } = choice;
  if (only === undefined) return true;
  return only.some(one => one === path || path.startsWith(`${one}/`) || one.startsWith(`${path}/`));
}
