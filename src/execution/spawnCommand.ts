/**
 * Starts the command of a run: in a session of its own, writing its logs itself, so that neither the editor's, the
 * terminal's nor the supervisor's end reaches it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { findProgram } from '../base/findProgram.ts';
import type { LockstepError } from '../base/lockstepError.ts';
import { systemErrorCode } from '../base/systemError.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import {
  argumentsTooLong,
  commandNotStarted,
  notExecutable,
  programNotFound,
  scriptProgramMissing,
  workingFolderMissing,
} from './errors.ts';
import { readOnlyCommand } from './readOnly/readOnlyCommand.ts';
import type { MountedReadOnly } from './readOnly/writeProtection.ts';
import { terminalCommand } from './terminalCommand.ts';

export interface CommandToSpawn {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** `terminal`: a terminal of its own, whose life it then shares. */
  readonly stdin: 'empty' | 'stored' | 'terminal';
  /** What it finds read-only. */
  readonly readOnly?: MountedReadOnly | undefined;
}

/** Both undefined when the command was not this process's child: how it ended is then not to be known. */
export interface CommandEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Where an earlier supervisor saw the end: when (ISO 8601, UTC), and after how many milliseconds. */
  readonly noted?: { readonly at: string; readonly durationMs: number };
  /** When it ended, milliseconds since the epoch, where that is known better than by noticing it. */
  readonly at?: number;
  /** The place of the command came to its end, and the command with it. */
  readonly failure?: { readonly code: string; readonly message: string; readonly mend: string };
}

export interface SpawnedCommand {
  readonly pid: number;
  readonly ended: Promise<CommandEnd>;
}

/** Resolves when the system has started the program; rejects with what is wrong in the words of errors.ts. */
export async function spawnCommand(paths: RunPaths, command: CommandToSpawn): Promise<SpawnedCommand> {
  if (command.stdin === 'terminal') return spawnInTerminal(paths, command);
  const { argv, environment } = await withReadOnly(command);
  const [program = '', ...args] = argv;
  const descriptors: number[] = [];
  const open = (path: string, flags: string): number => {
    const descriptor = openSync(path, flags);
    descriptors.push(descriptor);
    return descriptor;
  };
  try {
    const child = spawn(program, args, {
      cwd: command.cwd,
      env: environment,
      detached: true,
      windowsHide: true,
      stdio: [
        command.stdin === 'stored' ? open(paths.stdin, 'r') : 'ignore',
        // Appending: several processes of one run, and a shell's redirections, never overwrite each other.
        open(paths.stdout, 'a'),
        open(paths.stderr, 'a'),
      ],
    });
    return await spawned(child);
  } catch (error) {
    throw explainSpawnError(program, command.cwd, error);
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** One that cannot be started is left as it is: then the system says why. */
async function withReadOnly(command: CommandToSpawn): Promise<Pick<CommandToSpawn, 'argv' | 'environment'>> {
  const { argv, cwd, environment, readOnly } = command;
  if (readOnly === undefined) return command;
  const found = await findProgram(argv[0] ?? '', { cwd, variables: environment });
  return found === undefined ? command : readOnlyCommand(readOnly, { argv, cwd, environment });
}

async function spawnInTerminal(paths: RunPaths, command: CommandToSpawn): Promise<SpawnedCommand> {
  const { argv, variables } = terminalCommand(command.argv, paths.stdout);
  const [program = '', ...args] = argv;
  try {
    // In the session of the terminal, and writing to it: the supervisor's own standard error is its log.
    return await spawned(
      spawn(program, args, {
        cwd: command.cwd,
        env: { ...command.environment, ...variables },
        stdio: [0, 1, 1],
      }),
    );
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' && isFolder(command.cwd)) throw scriptProgramMissing();
    throw explainSpawnError(program, command.cwd, error);
  }
}

async function spawned(child: ChildProcess): Promise<SpawnedCommand> {
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
