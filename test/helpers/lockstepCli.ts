/** Runs the real command line in a real project, from a scrubbed environment. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { gitRepository } from './gitRepository.ts';
import type { Files, GitRepository } from './gitRepository.ts';

export interface CliOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProject extends AsyncDisposable {
  readonly root: string;
  readonly repository: GitRepository;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs `lockstep …words` in the project (or in `options.cwd`) to its end. */
  lockstep(words: readonly string[], options?: CliOptions): Promise<CliOutcome>;
  /** Like {@link lockstep} with --json, which must succeed in printing exactly one document. */
  json(words: readonly string[], options?: CliOptions): Promise<{ code: number | null; document: unknown }>;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** What is shipped where it is built, else its source. */
export const cliScript = [
  join(projectRoot, 'dist', 'cli.cjs'),
  join(projectRoot, 'src', 'cli', 'main.ts'),
].find(existsSync) as string;

/** A repository with `files` committed. */
export async function cliProject(files: Files): Promise<CliProject> {
  const repository = await gitRepository(files);
  const { root, environment } = repository;
  const lockstep = async (words: readonly string[], options: CliOptions = {}): Promise<CliOutcome> => {
    const outcome = await runCommand({
      program: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', cliScript, ...words],
      cwd: options.cwd ?? root,
      env: { ...environment, ...options.env },
      ...(options.input === undefined ? {} : { input: options.input }),
      timeoutMs: 120_000,
    });
    return { code: outcome.exitCode, stdout: outcome.stdout.toString('utf8'), stderr: outcome.stderr };
  };
  return {
    root,
    repository,
    environment,
    lockstep,
    async json(words, options) {
      const outcome = await lockstep(words, options);
      try {
        return { code: outcome.code, document: JSON.parse(outcome.stdout) as unknown };
      } catch (error) {
        throw new Error(
          `lockstep ${words.join(' ')} ended with ${outcome.code ?? 'a signal'} and printed no document: ${outcome.stdout}${outcome.stderr}`,
          { cause: error },
        );
      }
    },
    [Symbol.asyncDispose]: () => repository.remove(),
  };
}
