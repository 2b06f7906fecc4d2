/** Starts a data repository as `dvc init` does, byte for byte. Source: dvc `repo/init.py`, `repo/__init__.py` (`_ignore`). */
import { mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { DataRepository } from '../dataRepository.ts';
import { gitExcludeFiles } from '../ignore/gitExcludeFiles.ts';
import { createGitIgnoreRules } from '../ignore/gitIgnoreRules.ts';
import { dataFolderIgnored, dataRepositoryExists, noGitForData } from './errors.ts';
import { openDataRepository } from './openDataRepository.ts';

export interface InitRequest {
  /** Without git: `core.no_scm`. */
  readonly noScm?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
}

const dvcIgnoreText = `# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
`;

/**
 * Writes `.dvc/config`, `.dvc/.gitignore`, `.dvcignore`, and stages them in git (as `dvc init` does). Rejects with
 * `data-repository-exists`, and with `not-a-repository` outside git without `noScm`. A sub-folder of a git
 * repository is fine (`dvc init --subdir`).
 */
export async function initDataRepository(root: string, request: InitRequest = {}): Promise<DataRepository> {
  const { noScm = false, environment = process.env } = request;
  const real = await realpath(root);
  const folder = join(real, '.dvc');
  if ((await stat(folder).catch(() => undefined)) !== undefined) throw dataRepositoryExists(real);
  const git = noScm ? undefined : await findRepository(real, environment);
  if (!noScm) {
    if (git === undefined) throw noGitForData(real);
    const path = relative(git.root, folder).split(sep).join('/');
    if (createGitIgnoreRules(git.root, gitExcludeFiles(git.root, environment)).ignores(path, true))
      throw dataFolderIgnored(real);
  }
  await mkdir(join(folder, 'tmp'), { recursive: true });
  // The configuration comes last: without it a beginning that was cut off is no harm to either program.
  await writeFile(join(folder, 'tmp', 'btime'), '');
  await writeIfAbsent(join(real, '.dvcignore'), dvcIgnoreText);
  if (!noScm) await writeFile(join(folder, '.gitignore'), '/config.local\n/tmp\n/cache\n');
  await writeFile(join(folder, 'config'), noScm ? '[core]\n    no_scm = True\n' : '');
  if (git !== undefined)
    await runGit({ repository: git, environment }, [
      ...['add', '--force', '--'],
      ...['.dvc/config', '.dvc/.gitignore', '.dvcignore'].map(name => join(real, name)),
    ]);
  const opened = await openDataRepository(real, environment);
  if (opened === undefined) throw noGitForData(real);
  return opened;
}

async function writeIfAbsent(path: string, text: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) === undefined) await writeFile(path, text);
}
