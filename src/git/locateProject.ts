/**
 * Answers "which project is this folder in, and where are its runs kept". Everything starts with this question, so
 * the usual answer is read from files, without a process.
 */
import { realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findRepository } from './findRepository.ts';

export interface Project {
  /** Absolute: top folder of the working tree; outside git the folder that holds `.lockstep`, or the folder asked for. */
  readonly root: string;
  /** `<git common dir>/lockstep`, or `<root>/.lockstep` outside git. Absolute; need not exist yet. */
  readonly store: string;
  readonly inGit: boolean;
}

/** Never fails: a folder that is not in git, or that git refuses to read, is a project of its own. */
export async function locateProject(
  dir: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Project> {
  const repository = await findRepository(dir, environment);
  if (repository !== undefined)
    return { root: repository.root, store: join(repository.commonDir, 'lockstep'), inGit: true };
  const start = await realpath(dir).catch(() => resolve(dir));
  for (let folder = start; ; folder = dirname(folder)) {
    const store = join(folder, '.lockstep');
    if (await isFolder(store)) return { root: folder, store, inGit: false };
    if (dirname(folder) === folder) return { root: start, store: join(start, '.lockstep'), inGit: false };
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
