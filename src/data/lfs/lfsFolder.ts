/**
 * The Git LFS store of a repository on this machine, as the source or target of objects: a clone from a folder, a
 * mounted share. As git-lfs does for `file://` remotes, without its process.
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { repositoryOfCommonDir, findRepository } from '../../git/findRepository.ts';
import { gitSettings } from '../../git/repositoryFacts.ts';
import { lfsAddressNotSupported } from './errors.ts';
import type { LfsRepository } from './lfsRepository.ts';

/** Only where its objects lie. Rejects with `lfs-address-not-supported` where `folder` is no repository. */
export async function lfsFolder(
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Pick<LfsRepository, 'storage'>> {
  const bare = await repositoryOfCommonDir(folder);
  const isTop = await stat(join(folder, '.git')).catch(() => undefined);
  const scrubbed = { ...environment, GIT_DIR: undefined, GIT_WORK_TREE: undefined };
  const git = isTop === undefined ? bare : await findRepository(folder, scrubbed);
  if (git === undefined) throw lfsAddressNotSupported(folder);
  const settings = await gitSettings({ repository: git, environment });
  return { storage: resolve(git.commonDir, settings.get('lfs.storage') ?? 'lfs') };
}
