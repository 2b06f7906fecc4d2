/** Files that take more than one step to be made, given their name when they are whole: whoever is killed leaves none in part. */
import { linkSync, lstatSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { systemErrorCode } from '../../base/systemError.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';
import { ownFailure } from '../workers/fileFailure.ts';
import type { Placing } from './placing.ts';

/**
 * Has `make` make the file under a temporary name beside its path, where `made` is the path itself. `make` says whether
 * it could, and leaves nothing behind where it rejects.
 */
export async function inOneStep(
  placing: Placing,
  make: (placing: Placing) => Promise<boolean>,
): Promise<boolean> {
  const { made } = placing;
  if (placing.replaces) return make(placing);
  const temporary = made.slice(0, made.lastIndexOf('/') + 1) + ownTemporary();
  if (!(await make({ ...placing, made: temporary }))) return false;
  try {
    // Nobody may have put something there meanwhile: a rename would take it away.
    linkSync(temporary, made);
    unlinkSync(temporary);
  } catch (error) {
    try {
      // Whatever a file system says that has no such links: names it gives to that are many.
      if (systemErrorCode(error) === 'EEXIST') throw error;
      if (lstatSync(made, { throwIfNoEntry: false }) !== undefined)
        throw ownFailure('changed', 'something was put there a moment ago');
      renameSync(temporary, made);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
  return true;
}
