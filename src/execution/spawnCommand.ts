/**
 * Starts the command of a run: in a session of its own, writing its logs itself, so that neither the editor's, the
 * terminal's nor the supervisor's end reaches it.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import type { LockstepError } from '../base/lockstepError.ts';
import { systemErrorCode } from '../base/systemError.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import {
  argumentsTooLong,
  commandNotStarted,
  notExecutable,
  programNotFound,
  workingFolderMissing,
} from './errors.ts';

export interface CommandToSpawn {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: 'empty' | 'stored';
}

export interface CommandEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface SpawnedCommand {
  readonly pid: number;
  readonly ended: Promise<CommandEnd>;
}

/** Resolves when the system has started the program; rejects with what is wrong in the words of errors.ts. */
export async function spawnCommand(paths: RunPaths, command: CommandToSpawn): Promise<SpawnedCommand> {
  const [program = '', ...args] = command.argv;
  const descriptors: number[] = [];
  const open = (path: string, flags: string): number => {
    const descriptor = openSync(path, flags);
    descriptors.push(descriptor);
    return descriptor;
  };
  try {
    const child = spawn(program, args, {
      cwd: command.cwd,
      env: command.environment,
      detached: true,
      windowsHide: true,
      stdio: [
        command.stdin === 'stored' ? open(paths.stdin, 'r') : 'ignore',
        // Appending: several processes of one run, and a shell's redirections, never overwrite each other.
        open(paths.stdout, 'a'),
        open(paths.stderr, 'a'),
      ],
    });
    const ended = new Promise<CommandEnd>(resolve => {
      child.once('exit', (exitCode, signal) =>
        resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined }),
      );
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return { pid: child.pid ?? 0, ended };
  } catch (error) {
    throw explainSpawnError(program, command.cwd, error);
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

function explainSpawnError(program: string, cwd: string, error: unknown): LockstepError {
  switch (systemErrorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return isFolder(cwd) ? programNotFound(program, error) : workingFolderMissing(cwd, error);
    case 'EACCES':
    case 'EPERM':
    case 'ENOEXEC':
    case 'EISDIR':
      return notExecutable(program, error);
    case 'E2BIG':
      return argumentsTooLong(error);
    case undefined:
    default:
      return commandNotStarted(program, error);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
