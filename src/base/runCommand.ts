/**
 * Runs other programs. A command is data, never a shell string; output is bounded; every wait can be aborted.
 */
import { spawn } from 'node:child_process';
import { LockstepError } from './lockstepError.ts';
import { systemErrorCode } from './systemError.ts';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child; the caller's own when left out. */
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** After this many milliseconds the program is killed and the call rejects. */
  readonly timeoutMs?: number;
  /** The program is killed and the call rejects when stdout passes this many bytes. Default 64 MiB. */
  readonly maxOutputBytes?: number;
  /** Gets what the program prints as it comes, of both streams. */
  readonly onOutput?: (chunk: Buffer) => void;
}

export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const defaultMaxOutputBytes = 64 * 1024 * 1024;
const maxStderrBytes = 256 * 1024;

/**
 * Runs `command` to its end and resolves with whatever exit code it had.
 * Rejects when the program cannot be started (`program-not-started`), times out (`program-timed-out`), prints too
 * much (`program-output-too-large`), or `signal` aborts (the signal's reason).
 */
export async function runCommand(command: Command): Promise<CommandOutcome> {
  command.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command.program, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let stdoutBytes = 0;
    let stderrBytes = 0;
    let failure: unknown;

    const stop = (reason: unknown): void => {
      failure ??= reason;
      child.kill('SIGKILL');
    };
    const onAbort = (): void => stop(command.signal?.reason);
    command.signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      command.timeoutMs === undefined
        ? undefined
        : setTimeout(() => stop(programTimedOut(command, command.timeoutMs ?? 0)), command.timeoutMs);

    child.stdout.on('data', (chunk: Buffer) => {
      command.onOutput?.(chunk);
      stdoutBytes += chunk.length;
      if (stdoutBytes > (command.maxOutputBytes ?? defaultMaxOutputBytes))
        stop(programOutputTooLarge(command));
      else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      command.onOutput?.(chunk);
      stderrBytes += chunk.length;
      if (stderrBytes <= maxStderrBytes) stderr.push(chunk);
    });
    // A program that ends before it has read its input is not a failure of ours: its exit code tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(command.input);

    const settle = (): void => {
      clearTimeout(timer);
      command.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', error => {
      settle();
      reject(programNotStarted(command, error));
    });
    child.on('close', (exitCode, signal) => {
      settle();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort reason is passed on as it is
      if (failure !== undefined) reject(failure);
      else
        resolve({
          exitCode,
          signal,
          stdout: Buffer.concat(stdout),
          stderr: Buffer.concat(stderr).toString('utf8'),
        });
    });
  });
}

/** The command as a person would type it, for logs and messages; not meant to be run by a shell. */
export function formatCommand(program: string, args: readonly string[]): string {
  return [program, ...args]
    .map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

function programNotStarted(command: Command, cause: unknown): LockstepError {
  const missing = systemErrorCode(cause) === 'ENOENT';
  return new LockstepError({
    code: 'program-not-started',
    message: missing
      ? `${command.program} was not found${command.cwd === undefined ? '' : `, or the folder ${command.cwd} is missing`}.`
      : `${command.program} could not be started.`,
    mend: `Install ${command.program}, or put it on PATH.`,
    cause,
  });
}

function programTimedOut(command: Command, timeoutMs: number): LockstepError {
  return new LockstepError({
    code: 'program-timed-out',
    message: `${formatCommand(command.program, command.args)} did not end within ${timeoutMs / 1000} s.`,
  });
}

function programOutputTooLarge(command: Command): LockstepError {
  return new LockstepError({
    code: 'program-output-too-large',
    message: `${formatCommand(command.program, command.args)} printed more than can be read.`,
  });
}
