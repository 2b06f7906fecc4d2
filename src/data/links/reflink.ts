/** Copies that share their blocks with the original until one is written (btrfs, XFS, APFS). */
import { constants, copyFileSync } from 'node:fs';
import { systemErrorCode } from '../../base/systemError.ts';

/** Where this was tried in vain: pairs of folders. */
const refused = new Set<string>();

/** Errors that mean "not here", after which the next kind of link is tried. Source: dvc-objects `fs/generic.py`. */
export const fallThrough: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EXDEV',
  'ENOTTY',
  'ENOSYS',
  'EINVAL',
  'EAGAIN',
  // Links of one file are limited (65,000 on ext4), and a group's cache may not allow links to those who may read.
  'EMLINK',
  'EACCES',
  // What link(2) says on file systems without links.
  'ENOTSUPP',
]);

/**
 * False where the file systems do not do that, which is asked once for each pair. The copy has the mode of the source.
 * Throws other errors (`EEXIST`, `ENOENT`).
 */
export function tryReflink(source: string, target: string, pair: string): boolean {
  if (process.platform === 'win32' || refused.has(pair)) return false;
  try {
    copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    if (!fallThrough.has(systemErrorCode(error))) throw error;
    refused.add(pair);
    return false;
  }
}
