/** Takes away what a killed process left beside pointers that it was about to fill. */
import { readdir, rm } from 'node:fs/promises';
import { processIsGone } from '../../base/processIsGone.ts';
import { absolutePath, type BytePath } from '../../git/bytePath.ts';
import { staysInside } from '../../git/staysInside.ts';
import { isOwnTemporary, temporaryOwner } from '../walk/ownTemporary.ts';
import type { LfsFile } from './findLfsFiles.ts';

/** Looks into the folders of `files` alone; `root` is the top of the working tree. Rejects with the system's error. */
export async function sweepUnfilled(
  root: string,
  files: readonly Pick<LfsFile, 'bytePath'>[],
): Promise<void> {
  const folders = new Map<BytePath, BytePath>();
  for (const { bytePath } of files) folders.set(bytePath.slice(0, bytePath.lastIndexOf('/') + 1), bytePath);
  for (const [folder, file] of folders) {
    if (!staysInside(root, file)) continue;
    const place = folder === '' ? root : absolutePath(root, folder);
    for (const name of await readdir(place).catch(() => [])) {
      const owner = isOwnTemporary(name) ? temporaryOwner(name) : undefined;
      if (owner !== undefined && processIsGone(owner))
        await rm(absolutePath(root, folder + name), { force: true });
    }
  }
}
