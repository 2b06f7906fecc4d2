/** A real git repository for one test, made from a scrubbed environment: no identity, no system-wide settings. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { scrubbedEnvironment } from './scrubbedEnvironment.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** File name relative to the root → content. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface GitRepository extends AsyncDisposable {
  /** Absolute, links resolved, with a space in it. */
  readonly root: string;
  /** An empty home folder beside the repository, the HOME of `environment`. */
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs git in the root; resolves with its standard output without the last newline, rejects when it fails. */
  git(...args: string[]): Promise<string>;
  /** Writes files, folders included. */
  write(files: Files): Promise<void>;
  /** Stages everything and commits it by an identity that is not stored in the configuration; resolves with the sha. */
  commit(message?: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a repository on branch `main`. With `files` they are committed; without, the branch is unborn. */
export async function gitRepository(files?: Files): Promise<GitRepository> {
  const folder = await temporaryFolder('lockstep repository');
  const root = join(folder.path, 'project');
  const home = join(folder.path, 'home');
  await mkdir(root);
  await mkdir(home);
  const environment = scrubbedEnvironment(home);

  const git = async (...args: string[]): Promise<string> => {
    const outcome = await runCommand({ program: 'git', args, cwd: root, env: environment });
    if (outcome.exitCode !== 0)
      throw new Error(
        `git ${args.join(' ')} ended with ${outcome.exitCode ?? 'a signal'}: ${outcome.stderr}`,
      );
    return outcome.stdout.toString('utf8').replace(/\n$/, '');
  };
  const write = async (newFiles: Files): Promise<void> => {
    for (const [name, content] of Object.entries(newFiles)) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  };
  const commit = async (message = 'a commit'): Promise<string> => {
    await git('add', '--all');
    await git(
      ...[
        '-c',
        'user.name=A Tester',
        '-c',
        'user.email=tester@example.invalid',
        '-c',
        'commit.gpgSign=false',
      ],
      ...['commit', '--quiet', '--allow-empty', '--message', message],
    );
    return git('rev-parse', 'HEAD');
  };

  await git('init', '--quiet', '--initial-branch=main');
  if (files !== undefined) {
    await write(files);
    await commit('first commit');
  }
  const remove = (): Promise<void> => folder.remove();
  return { root, home, environment, git, write, commit, remove, [Symbol.asyncDispose]: remove };
}
