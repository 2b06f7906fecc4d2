/**
 * A repository that somebody sent may bring its own folders of data along as links to a place elsewhere: lock, state
 * and cache would be written there. They are refused before anything is. A cache elsewhere is named in the configuration;
 * a `.dvc/cache` that is linked and not in git was linked by the person, as is usual on shared disks.
 */
import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { DataRepository } from '../dataRepository.ts';
import { dataFolderIsLink } from './errors.ts';

const stateFolders = ['.dvc', '.dvc/tmp', '.dvc/tmp/lockstep', '.dvc/tmp/lockstep/hashes'];
const cacheFolders = ['.dvc/cache', '.dvc/cache/files', '.dvc/cache/files/md5'];

/** Rejects with `data-folder-is-link`, which names it. Costs a dozen looks, and starts git for a linked cache alone. */
export async function refuseLinkedFolders(
  { root, settings }: Pick<DataRepository, 'root' | 'settings'>,
  git: Repository | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  for (const folder of stateFolders) if (leadsOut(root, folder)) throw dataFolderIsLink(join(root, folder));
  if (settings.cacheFolder !== join(root, '.dvc', 'cache')) return;
  const [cache, ...inside] = cacheFolders;
  for (const folder of cacheFolders.filter(one => leadsOut(root, one)))
    if (folder !== cache || !(await isOwn(join(root, folder), git, environment)))
      throw dataFolderIsLink(join(root, folder));
    else return;
  for (const folder of [cache, inside.at(-1)])
    for (const name of linksIn(join(root, folder ?? ''))) {
      const path = `${folder ?? ''}/${name}`;
      if (/^[0-9a-f]{2}$/.test(name) && leadsOut(root, path)) throw dataFolderIsLink(join(root, path));
    }
}

/** A link to a place outside, or to nothing. */
function leadsOut(root: string, folder: string): boolean {
  const path = join(root, folder);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
  try {
    return !realpathSync(path).startsWith(root + sep);
  } catch {
    return true;
  }
}

function linksIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Whether git does not have it, so that no commit has brought it here. */
async function isOwn(
  path: string,
  git: Repository | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  if (git === undefined) return false;
  const { exitCode, stdout } = await runGit(
    { repository: git, environment },
    ['ls-files', '-z', '--', `:(top,literal)${path.slice(git.root.length + 1)}`],
    { tolerant: true },
  );
  return exitCode === 0 && stdout.length === 0;
}
