/** Two clones of one project, with a bare repository and a data remote on disk between them, and the real command line. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { cliScript, type CliOptions, type CliOutcome } from '../../helpers/lockstepCli.ts';
import type { Files } from '../../helpers/gitRepository.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Member {
  readonly root: string;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly store: string;
  lockstep(words: readonly string[], options?: CliOptions): Promise<CliOutcome>;
  /** The same, which must end with `code`; its standard output. */
  expect(code: number, ...words: string[]): Promise<string>;
  git(...args: string[]): Promise<string>;
  write(files: Files): Promise<void>;
}

export interface Team extends AsyncDisposable {
  /** The bare repository. */
  readonly hub: string;
  /** An empty folder for a data remote. */
  readonly data: string;
  readonly folder: string;
  /** Somebody with a clone of their own, below their home folder. */
  join(name: string, options?: JoinOptions): Promise<Member>;
}

export interface JoinOptions {
  /** Where git finds the hub; its path when absent. */
  readonly url?: string;
  /** Besides what everybody has. */
  readonly environment?: NodeJS.ProcessEnv;
  /** More words for `git clone`. */
  readonly clone?: readonly string[];
}

export async function team(format: 'sha1' | 'sha256' = 'sha1'): Promise<Team> {
  const folder = await temporaryFolder('lockstep team');
  const hub = join(folder.path, 'the hub.git');
  const data = join(folder.path, 'data remote');
  await mkdir(data);
  const plain = scrubbedEnvironment(folder.path);
  await git(folder.path, plain, [
    'init',
    '--quiet',
    '--bare',
    '--initial-branch=main',
    `--object-format=${format}`,
    hub,
  ]);
  return {
    ...{ hub, data, folder: folder.path },
    join: (name, options = {}) => member(folder.path, { hub, format }, name, options),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

async function member(
  folder: string,
  { hub, format }: { readonly hub: string; readonly format: string },
  name: string,
  { url = hub, environment: more = {}, clone = [] }: JoinOptions,
): Promise<Member> {
  const home = join(folder, `home of ${name}`);
  const root = join(home, 'the project');
  await mkdir(home);
  const environment = scrubbedEnvironment(home, more);
  // As over a network: a local clone copies objects that no ref names.
  const cloning = { ...environment, GIT_DEFAULT_HASH: format };
  await git(home, cloning, ['clone', '--quiet', '--no-local', ...clone, '--', url, root]);
  await git(root, environment, ['config', 'user.name', name]);
  await git(root, environment, ['config', 'user.email', `${name}@example.invalid`]);
  const lockstep = async (words: readonly string[], options: CliOptions = {}): Promise<CliOutcome> => {
    const outcome = await runCommand({
      program: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', cliScript, ...words],
      cwd: options.cwd ?? root,
      env: { ...environment, ...options.env },
      timeoutMs: 120_000,
    });
    return { code: outcome.exitCode, stdout: outcome.stdout.toString('utf8'), stderr: outcome.stderr };
  };
  return {
    ...{ root, home, environment, store: join(root, '.git', 'lockstep'), lockstep },
    async expect(code, ...words) {
      const outcome = await lockstep(words);
      assert.equal(outcome.code, code, `lockstep ${words.join(' ')}\n${outcome.stdout}${outcome.stderr}`);
      return outcome.stdout;
    },
    git: (...args) => git(root, environment, args),
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), content);
      }
    },
  };
}

async function git(cwd: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const outcome = await runCommand({ program: 'git', args, cwd, env });
  if (outcome.exitCode !== 0)
    throw new Error(`git ${args.join(' ')} ended with ${outcome.exitCode ?? 'a signal'}: ${outcome.stderr}`);
  return outcome.stdout.toString('utf8').replace(/\n$/, '');
}
