/** What the state knows of single files as they are now: no content is read, nothing is written. */
import { join } from 'node:path';
import type { DataRepository } from '../dataRepository.ts';
import { statWidth } from '../walk/fileColumns.ts';
import { statOne } from '../walk/statBatch.ts';
import { hexOf, isHashed } from './hashedPath.ts';
import { readKnownHashes } from './hashStateFile.ts';
import { recallHashes } from './knownHashes.ts';
import { filesStatePath } from './statePaths.ts';

/**
 * Path (relative to the data root) → md5, for those whose hash still holds.
 * @param also `unsettled`: of files, too, that were hashed in the tick of the clock in which they were written, and
 *   could have been written again in it: for a first look that something closer follows.
 */
export async function knownFileHashes(
  repository: DataRepository,
  paths: readonly string[],
  also?: 'unsettled',
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  const read = paths.length === 0 ? undefined : await readKnownHashes(filesStatePath(repository, 'md5'));
  if (read === undefined) return hashes;
  const state = also === undefined ? read : { ...read, settled: new Uint8Array(read.settled.length).fill(1) };
  const stats = new Float64Array(paths.length * statWidth);
  for (const [index, path] of paths.entries()) statOrNothing(join(repository.root, path), stats, index);
  const recall = recallHashes({ paths, stats }, state);
  const unknown = new Set(recall.unknown);
  for (const [index, path] of paths.entries())
    if (!unknown.has(index) && isHashed(recall.md5s, index))
      hashes.set(path, hexOf(recall.md5s.subarray(index * 16, index * 16 + 16)));
  return hashes;
}

function statOrNothing(path: string, stats: Float64Array, index: number): void {
  try {
    statOne(path, stats, index);
  } catch {
    // A folder on the way cannot be entered: nothing is known then.
  }
}
