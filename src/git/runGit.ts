/** Runs git plumbing in one repository: hooks off, clean environment, bytes in and out, every wait abortable. */
import { runCommand, type CommandOutcome } from '../base/runCommand.ts';
import { gitFailed, repositoryNotOwned } from './errors.ts';
import type { Repository } from './findRepository.ts';
import { join } from 'node:path';
import { snapshotStoreOf } from './snapshotStore.ts';
import { gitEnvironment, quietSettings } from './gitEnvironment.ts';

/** What every git call of one task shares. */
export interface GitContext {
  readonly repository: Pick<Repository, 'root' | 'gitDir' | 'explicit'> &
    Partial<Pick<Repository, 'commonDir'>>;
  /** The environment git is started from, before cleaning; the process's own when absent. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A temporary index; the person's own is never written. */
  readonly indexFile?: string | undefined;
  /** `-c name=value` pairs in addition to the quiet ones. */
  readonly settings?: readonly string[] | undefined;
}

export interface GitOptions {
  readonly input?: string | Uint8Array;
  /** Resolve with any exit code instead of rejecting. */
  readonly tolerant?: boolean;
  readonly variables?: NodeJS.ProcessEnv;
  /** Objects that are written go to the snapshot store, also those that the person's object store has already. */
  readonly storing?: boolean;
  /** The call rejects when git prints more: for what strangers wrote. */
  readonly maxOutputBytes?: number;
}

/** A filter program of the person that hangs must not hang the run for ever. */
const timeoutMs = 10 * 60 * 1000;
/** A status of a million paths fits. */
const maxOutputBytes = 512 * 1024 * 1024;

/** Rejects with `git-failed` (or `repository-not-owned`) unless git ended with 0 or `tolerant` is set. */
export async function runGit(
  context: GitContext,
  args: readonly string[],
  options: GitOptions = {},
): Promise<CommandOutcome> {
  const { repository, environment = process.env, signal, indexFile, settings = [] } = context;
  const outcome = await runCommand({
    program: 'git',
    args: [...quietSettings, ...settings.flatMap(setting => ['-c', setting]), ...args],
    cwd: repository.root,
    env: gitEnvironment(environment, {
      ...(repository.explicit ? { GIT_DIR: repository.gitDir, GIT_WORK_TREE: repository.root } : {}),
      ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
      ...objectVariables(repository.commonDir, options.storing === true),
      ...options.variables,
    }),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(signal === undefined ? {} : { signal }),
    timeoutMs,
    maxOutputBytes: options.maxOutputBytes ?? maxOutputBytes,
  });
  if (outcome.exitCode === 0) return outcome;
  if (outcome.stderr.includes('detected dubious ownership')) throw repositoryNotOwned(repository.root);
  if (options.tolerant === true) return outcome;
  throw gitFailed(args, outcome.exitCode, outcome.stderr);
}

/** Reading sees the person's objects and the snapshot store's; storing sees, and so fills, only the latter. */
function objectVariables(commonDir: string | undefined, storing: boolean): NodeJS.ProcessEnv {
  if (commonDir === undefined) return {};
  const objects = join(snapshotStoreOf(commonDir), 'objects');
  if (storing) return { GIT_OBJECT_DIRECTORY: objects };
  // A list like PATH, whose entries git unquotes.
  const quoted = `"${objects.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return { GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted };
}

/** The output as one line of text. */
export async function gitLine(
  context: GitContext,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await runGit(context, args, options)).stdout.toString('utf8').trimEnd();
}
