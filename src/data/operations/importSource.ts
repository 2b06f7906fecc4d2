/** Another repository that data is imported from: a folder of this machine as it is, an address as a clone for the while. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from '../../base/runCommand.ts';
import { findRepository, type Repository } from '../../git/findRepository.ts';
import { gitEnvironment, quietSettings } from '../../git/gitEnvironment.ts';
import { runGit } from '../../git/runGit.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataProject } from './dataProject.ts';
import { importRevisionMissing, sourceNotReachable } from './errors.ts';
import { openDataProject } from './openDataProject.ts';

export interface ImportSource extends AsyncDisposable {
  readonly project: DataProject;
  readonly git: Repository;
  /** The full id of the commit. */
  readonly commit: string;
}

export interface ImportSourceRequest {
  /** What git clones; a relative folder is relative to `cwd`. */
  readonly url: string;
  readonly revision?: string | undefined;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Rejects with `import-source-not-reachable`, and `import-source-missing` where it has no such revision. */
export async function openImportSource(request: ImportSourceRequest, task: DataTask): Promise<ImportSource> {
  const { url, revision = 'HEAD', cwd, environment } = request;
  const local = resolve(cwd, url);
  const isFolder = await stat(local).then(
    found => found.isDirectory(),
    () => false,
  );
  const temporary = isFolder ? undefined : await mkdtemp(join(tmpdir(), 'lockstep-import-'));
  const dispose = async (): Promise<void> => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  try {
    if (temporary !== undefined) await clone(url, temporary, environment, task);
    const folder = temporary ?? local;
    const git = await findRepository(folder, environment);
    if (git === undefined) throw sourceNotReachable(url, 'it is no git repository.');
    const commit = await commitOf(git, revision, environment, task);
    if (commit === undefined) throw importRevisionMissing(url, revision);
    const project = await openDataProject(git.root, environment);
    return { project, git, commit, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function clone(
  url: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
  task: DataTask,
): Promise<void> {
  const { exitCode, stderr } = await runCommand({
    program: 'git',
    args: [...quietSettings, 'clone', '--quiet', '--', url, folder],
    // Nobody is there to be asked for a password, and large files come by their pins.
    env: { ...gitEnvironment(environment, {}), GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1' },
    ...(task.signal === undefined ? {} : { signal: task.signal }),
  });
  if (exitCode !== 0) throw sourceNotReachable(url, stderr.trim().split('\n').slice(-2).join(' '));
}

async function commitOf(
  repository: Repository,
  revision: string,
  environment: NodeJS.ProcessEnv,
  { signal }: DataTask,
): Promise<string | undefined> {
  for (const name of [revision, `refs/remotes/origin/${revision}`]) {
    const { exitCode, stdout } = await runGit(
      { repository, environment, signal },
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
      { tolerant: true },
    );
    // Some versions of git print the marker itself.
    if (exitCode === 0) return stdout.toString('utf8').trim().split('\n').at(-1);
  }
  return undefined;
}
