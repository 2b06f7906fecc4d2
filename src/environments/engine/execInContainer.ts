/**
 * Runs a command inside a running container. The exit code is the program's own; the end is told by the engine, not
 * guessed from the stream; an abort or a time-out ends the program inside, which a closed connection would leave
 * running.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { formatCommand } from '../../base/runCommand.ts';
import { endMarked } from './endMarked.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import type { EngineConnection } from './engineConnection.ts';
import { engineConnectionLost, execPrintedTooMuch, execTimedOut } from './errors.ts';
import { engineStream } from './engineStream.ts';
import { execSchema } from './shapes.ts';
import { OutputSplitter } from './splitOutput.ts';

export interface ExecOptions {
  /** Name or number inside, also `user:group`; the container's own when left out. */
  readonly user?: string;
  /** Absolute, inside. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input; empty when left out. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The program is ended when it prints more. Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Takes output as it comes, beside the result. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
}

export interface ExecResult {
  /** 128 + number where a signal ended it; 126 and 127 where it could not be started. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** In the environment of each program begun here, to find it and what it starts again. */
const markName = 'LOCKSTEP_EXEC_ID';

/** Rejects when there is no such container or it does not run, on time-out, and with the reason of an abort. */
export async function execInContainer(
  connection: EngineConnection,
  container: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const mark = { name: markName, value: randomUUID() };
  const stopping = new AbortController();
  const { timeoutMs, signal } = options;
  const onAbort = (): void => stopping.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () =>
            stopping.abort(execTimedOut(formatCommand(command[0] ?? '', command.slice(1)), timeoutMs / 1000)),
          timeoutMs,
        );
  try {
    const id = await createExec(connection, container, command, {
      ...options,
      mark,
      signal: stopping.signal,
    });
    try {
      return await attend(connection, id, command, options, stopping.signal);
    } catch (error) {
      // Whatever kept us from waiting for it, nothing of it stays behind.
      await endMarked(connection, container, mark, {
        ...{ sign: 'KILL', user: options.user },
        signal: AbortSignal.timeout(10_000),
      }).catch(() => undefined);
      throw error;
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Starts a command with no output and no input, and leaves it alone. */
export async function startInContainer(
  connection: EngineConnection,
  container: string,
  command: readonly string[],
  options: Pick<ExecOptions, 'user' | 'folder' | 'environment' | 'signal'>,
): Promise<string> {
  const id = await createExec(connection, container, command, { ...options, detached: true });
  const answer = await connection.tell(
    `start ${command[0] ?? ''} inside the container`,
    options.signal,
    docker => engineStream(docker.getExec(id).start({ Detach: true })),
  );
  // An answer that nobody reads keeps its connection.
  answer.resume();
  return id;
}

async function createExec(
  connection: EngineConnection,
  container: string,
  command: readonly string[],
  options: ExecOptions & { mark?: { name: string; value: string }; detached?: boolean },
): Promise<string> {
  const { user, folder, environment, input, mark, signal, detached = false } = options;
  const variables = { ...environment, ...(mark === undefined ? {} : { [mark.name]: mark.value }) };
  const doing = `run ${command[0] ?? ''} inside the container ${container}`;
  const created = await connection.ask(doing, z.looseObject({ id: z.string() }), signal, async docker => {
    const exec = await docker.getContainer(container).exec({
      Cmd: [...command],
      AttachStdin: input !== undefined,
      AttachStdout: !detached,
      AttachStderr: !detached,
      Tty: false,
      Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ...(user === undefined ? {} : { User: user }),
      ...(folder === undefined ? {} : { WorkingDir: folder }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    return { id: exec.id };
  });
  return created.id;
}

async function attend(
  connection: EngineConnection,
  id: string,
  command: readonly string[],
  options: ExecOptions,
  signal: AbortSignal,
): Promise<ExecResult> {
  const { input, maxOutputBytes = 16 * 1024 * 1024, onOutput } = options;
  const doing = `run ${command[0] ?? ''} inside the container`;
  const stream = await connection.tell(doing, signal, docker =>
    engineStream(
      docker.getExec(id).start(input === undefined ? { Detach: false } : { hijack: true, stdin: true }),
    ),
  );
  const onAbort = (): void => void stream.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  const collected = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const splitter = new OutputSplitter();
  let bytes = 0;
  try {
    if (input !== undefined) {
      // A program that ends without reading its input is no failure of ours.
      stream.on('error', () => undefined);
      stream.end(input);
    }
    for await (const chunk of stream)
      for (const part of splitter.push(chunk)) {
        bytes += part.bytes.length;
        if (bytes > maxOutputBytes) throw execPrintedTooMuch(command[0] ?? '');
        collected[part.stream].push(part.bytes);
        onOutput?.(part.stream, part.bytes);
      }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof LockstepError ? error : engineConnectionLost(doing, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    stream.destroy();
  }
  signal.throwIfAborted();
  const exitCode = await exitCodeOf(connection, id, doing, signal);
  return {
    exitCode,
    stdout: Buffer.concat(collected.stdout),
    stderr: Buffer.concat(collected.stderr).toString('utf8'),
  };
}

/** The stream ends a moment before the engine has noted the end; a stream that broke ends while the program lives on. */
async function exitCodeOf(
  connection: EngineConnection,
  id: string,
  doing: string,
  signal: AbortSignal,
): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { Running, ExitCode } = await connection.ask(doing, execSchema, signal, docker =>
      docker.getExec(id).inspect({ abortSignal: signal }),
    );
    if (Running !== true && ExitCode !== null && ExitCode !== undefined) return ExitCode;
    await delay(Math.min(10 * (attempt + 1), 200), undefined, { signal }).catch(() =>
      signal.throwIfAborted(),
    );
  }
  throw engineConnectionLost(doing);
}
