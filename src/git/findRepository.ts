/**
 * Finds the repository around a folder by reading the files git itself reads (`.git`, `commondir`, `config`), so
 * that the usual case costs no process. Git is asked only where its answer could differ: inherited `GIT_DIR` or
 * `GIT_WORK_TREE`, or a `core.worktree` setting.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runCommand } from '../base/runCommand.ts';
import { quietSettings } from './gitEnvironment.ts';

/** All paths absolute. */
export interface Repository {
  /** Top folder of the working tree. */
  readonly root: string;
  /** Of this working tree: `.git`, or `.git/worktrees/<name>`. */
  readonly gitDir: string;
  /** Shared by all working trees of the repository. */
  readonly commonDir: string;
  /** True when inherited variables or a setting, not the place of `.git`, tie `gitDir` to `root`. */
  readonly explicit: boolean;
  /** Bytes of an object id: 20 (sha1) or 32 (sha256). */
  readonly idBytes: 20 | 32;
}

/** The repository whose working tree contains `dir`, or undefined outside git and in a bare repository. */
export async function findRepository(
  dir: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Repository | undefined> {
  const start = await realpath(dir).catch(() => resolve(dir));
  if (environment['GIT_DIR'] !== undefined || environment['GIT_WORK_TREE'] !== undefined)
    return askGit(start, environment, true);
  for (let folder = start; ; folder = dirname(folder)) {
    const gitDir = await gitDirOf(folder);
    if (gitDir !== undefined) {
      const commonDir = await commonDirOf(gitDir);
      const config = await readFile(join(commonDir, 'config'), 'utf8').catch(() => '');
      return /^\s*(bare\s*=\s*true|worktree\b)/im.test(config)
        ? await askGit(start, environment, false)
        : { root: folder, gitDir, commonDir, explicit: false, idBytes: idBytesOf(config) };
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** The repository of a git common folder, without its working tree: the folder itself stands in for it. */
export async function repositoryOfCommonDir(commonDir: string): Promise<Repository | undefined> {
  if (!(await looksLikeGitDir(commonDir).catch(() => false))) return undefined;
  const config = await readFile(join(commonDir, 'config'), 'utf8').catch(() => '');
  return {
    ...{ root: commonDir, gitDir: commonDir, commonDir, explicit: true },
    idBytes: idBytesOf(config),
  };
}

async function gitDirOf(folder: string): Promise<string | undefined> {
  const path = join(folder, '.git');
  try {
    const candidate = (await stat(path)).isDirectory() ? path : await followGitFile(path);
    return candidate !== undefined && (await looksLikeGitDir(candidate)) ? candidate : undefined;
  } catch {
    return undefined;
  }
}

/** A `.git` file says `gitdir: <path>`, absolute or relative to the file's folder. */
async function followGitFile(path: string): Promise<string | undefined> {
  const target = /^gitdir: (.+)/.exec(await readFile(path, 'utf8'))?.[1]?.trimEnd();
  return target === undefined ? undefined : resolve(dirname(path), target);
}

async function looksLikeGitDir(path: string): Promise<boolean> {
  await stat(join(path, 'HEAD'));
  await stat(join(await commonDirOf(path), 'objects'));
  return true;
}

async function commonDirOf(gitDir: string): Promise<string> {
  const relative = await readFile(join(gitDir, 'commondir'), 'utf8').catch(() => undefined);
  return relative === undefined ? gitDir : resolve(gitDir, relative.trimEnd());
}

async function askGit(
  dir: string,
  environment: NodeJS.ProcessEnv,
  explicit: boolean,
): Promise<Repository | undefined> {
  const outcome = await runCommand({
    program: 'git',
    args: [...quietSettings, 'rev-parse', '--show-toplevel', '--absolute-git-dir', '--git-common-dir'],
    cwd: dir,
    env: { ...environment, LC_ALL: 'C' },
  }).catch(() => undefined);
  if (outcome?.exitCode !== 0) return undefined;
  const [root, gitDir, commonDir] = outcome.stdout.toString('utf8').split('\n');
  if (root === undefined || gitDir === undefined || commonDir === undefined || root === '') return undefined;
  const config = await readFile(join(resolve(dir, commonDir), 'config'), 'utf8').catch(() => '');
  return {
    root: resolve(root),
    gitDir: resolve(gitDir),
    commonDir: resolve(dir, commonDir),
    explicit,
    idBytes: idBytesOf(config),
  };
}

function idBytesOf(config: string): 20 | 32 {
  return /^\s*objectformat\s*=\s*sha256/im.test(config) ? 32 : 20;
}
