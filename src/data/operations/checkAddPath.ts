/** Whether a path may be pinned, asked before anything is hashed; the same refusals as `dvc add`, said with the way out. */
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { runGit } from '../../git/runGit.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { gitExcludeFiles } from '../ignore/gitExcludeFiles.ts';
import { createGitIgnoreRules } from '../ignore/gitIgnoreRules.ts';
import type { PinnedOutput } from '../pinnedOutput.ts';
import type { DataProject } from './dataProject.ts';

/** What is to be pinned, and the pin that is there already. */
export interface AddTarget {
  /** Relative to the data root. */
  readonly path: string;
  readonly pin?: PinnedOutput;
}

/** A target, or a sentence without a full stop that says why not. `path` is relative to the data root. */
export async function checkAddPath(
  repository: DataRepository,
  path: string,
  outputs: readonly PinnedOutput[],
  { ignore }: DataTools,
): Promise<AddTarget | string> {
  if (path === '') return 'is the data repository itself; pin what is in it';
  if (path.split('/').some(part => part === '.git' || part === '.dvc')) return 'belongs to git or DVC';
  const name = basename(path);
  if (name.endsWith('.dvc') || name === 'dvc.yaml' || name === 'dvc.lock')
    return 'is a pin file, which git keeps';
  if (name === '.gitignore' || name === '.dvcignore') return 'is a file that git and DVC read';
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    const found = await lstat(join(repository.root, parent)).catch(() => undefined);
    if (found?.isSymbolicLink() === true)
      return `lies behind the link ${parent}: ${await realPlace(repository, path)}`;
    if (await isDataRepository(join(repository.root, parent)))
      return `lies in ${parent}, a data repository of its own: run the command in there`;
  }
  const own = outputs.find(one => one.path === path || path.startsWith(`${one.path}/`));
  if (own?.overlaps === true)
    return 'overlaps another pin: lockstep data status tells which; remove one of the two pin files';
  if (own?.stage !== undefined)
    return `is an output of the stage ${own.stage}: lockstep data commit ${own.path} pins what it holds`;
  if (own !== undefined) return { path: own.path, pin: own };
  const below = outputs.find(one => one.path.startsWith(`${path}/`));
  if (below !== undefined) return `holds ${below.path}, which is pinned by itself`;
  const found = await lstat(join(repository.root, path)).catch(() => undefined);
  if (found === undefined) return 'is not there';
  if (found.isSymbolicLink() && (await isFolder(join(repository.root, path))))
    return `is a link to a folder: ${await realPlace(repository, path)}`;
  if (found.isDirectory() && (await isDataRepository(join(repository.root, path))))
    return 'is a data repository of its own: pin what is in it from there';
  if (ignore?.ignores(path, found.isDirectory()) === true) return 'is ignored by .dvcignore';
  if (isIgnoredByGit(repository, `${path}.dvc`))
    return `cannot be pinned: git ignores ${path}.dvc, so nobody would know of the pin; change .gitignore`;
  return { path };
}

/** What can be pinned instead of something behind a link; without a full stop. */
async function realPlace({ root }: DataRepository, path: string): Promise<string> {
  const [top, real] = await Promise.all([realpath(root), realpath(join(root, path)).catch(() => undefined)]);
  if (real?.startsWith(`${top}${sep}`) === true)
    return `pin ${relative(top, real).split(sep).join('/')} instead`;
  return 'what it leads to lies outside the repository; pin a copy of that in here';
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}

async function isDataRepository(folder: string): Promise<boolean> {
  return isFolder(join(folder, '.dvc'));
}

/** Pin files are not looked for there, by DVC neither: such a pin would be made and never seen again. */
function isIgnoredByGit({ gitRoot, root }: DataRepository, path: string): boolean {
  if (gitRoot === undefined) return false;
  const above = relative(gitRoot, root).split(sep).join('/');
  const rules = createGitIgnoreRules(gitRoot, gitExcludeFiles(gitRoot));
  return rules.ignores(above === '' ? path : `${above}/${path}`, false);
}

/** Which of `paths` (relative to the project's root) git keeps, or files below them. */
export async function trackedByGit(project: DataProject, paths: readonly string[]): Promise<Set<string>> {
  if (project.git === undefined || paths.length === 0) return new Set();
  const { stdout } = await runGit({ repository: project.git, environment: project.environment }, [
    'ls-files',
    '-z',
    '--',
    ...paths.map(path => `:(top,literal)${path}`),
  ]);
  const tracked = stdout.toString('utf8').split('\0').filter(Boolean);
  return new Set(paths.filter(path => tracked.some(one => one === path || one.startsWith(`${path}/`))));
}
