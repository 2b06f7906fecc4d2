/**
 * Runs a command in a container as its remote user, in the folder that the caller stands in. Invariants: the exit code
 * is the command's own; when `signal` aborts, everything that the command started inside is ended.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';
import { EngineClient } from '../engine/engineClient.ts';
import type { ContainerState } from './environmentState.ts';
import { execArgv } from './execScript.ts';

export interface ExecRequest {
  readonly engine: Engine;
  readonly container: ContainerState;
  readonly argv: readonly [string, ...string[]];
  /** Absolute, inside. Default: where the project is mounted. */
  readonly cwd?: string | undefined;
  /** Over the remote environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string | undefined;
  /** `inherit`: the terminal itself, with a terminal inside. */
  readonly streams:
    | { readonly tty: true }
    | {
        readonly tty: false;
        readonly stdin: 'empty' | 'inherit' | Readable;
        readonly stdout: Writable;
        readonly stderr: Writable;
      };
  readonly variables?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** In the environment of everything that one exec started. */
export const execMark = 'LOCKSTEP_EXEC';

/** How long a command has to end by itself after SIGTERM. */
const graceMs = 5000;
/** An engine that is busy takes long for each execution. */
const endMs = 30_000;

/**
 * The engine's client for a command inside: values of variables may be secret, and arguments are there for everybody to
 * read, so that the client gets them in its own environment and names alone as words.
 */
export interface ExecCommand {
  readonly words: readonly string[];
  /** Over the environment that the client is started in. */
  readonly environment: Readonly<Record<string, string>>;
}

export function execCommand(request: ExecRequest, mark: string): ExecCommand {
  const { engine } = request;
  const given = Object.entries({ ...request.container.remoteEnv, ...request.environment });
  const handed = given.filter(([name]) => !decidesForClient(name, engine));
  const names = new Set(handed.map(([name]) => name));
  return {
    words: wordsOf(request, mark, name => names.has(name)),
    environment: { ...Object.fromEntries(handed), ...engine.environment },
  };
}

/** Variables that would change what the client itself does. */
function decidesForClient(name: string, { environment, endpoint }: Engine): boolean {
  return (
    name in environment ||
    (/_proxy$/i.test(name) && /^(?:tcp|https?|ssh):/.test(endpoint)) ||
    /^(?:PATH|HOME|USER|LOGNAME|PWD|TMPDIR|TMP|TEMP|TERM|IFS|ENV|PATHEXT|(?:SYSTEM|WIN)\w*|GO[A-Z]+)$/i.test(
      name,
    ) ||
    /^(?:LD|DYLD|DOCKER|BUILDKIT|BUILDX|COMPOSE|CONTAINERS?|PODMAN|BUILDAH|REGISTRY|XDG|DBUS|STORAGE|NOTIFY|LISTEN|SSL|SSH|_CONTAINERS)_/i.test(
      name,
    ) ||
    // Names that the client could not be told by name alone.
    !/^[A-Za-z_]\w*$/.test(name)
  );
}

function wordsOf(request: ExecRequest, mark: string, byName: (name: string) => boolean): string[] {
  const { container, argv, cwd, user, streams } = request;
  const environment = { ...container.remoteEnv, ...request.environment, [execMark]: mark };
  return [
    'exec',
    ...(streams.tty ? ['--interactive', '--tty'] : streams.stdin === 'empty' ? [] : ['--interactive']),
    ...['--user', user ?? container.remoteUser],
    ...Object.entries(environment).flatMap(([name, value]) => [
      '--env',
      byName(name) ? name : `${name}=${value}`,
    ]),
    container.id,
    ...execArgv(cwd ?? container.remoteWorkspaceFolder, argv),
  ];
}

/**
 * Resolves with the command's exit code: 125 not begun, 126 not executable, 127 not found, each told on its standard
 * error; 128 and the signal's number where one ended it. Rejects with the reason of `signal`, after the tree inside has ended, or when the client cannot be started.
 */
export async function execInEnvironment(request: ExecRequest): Promise<number> {
  const { engine, container, streams, signal } = request;
  signal?.throwIfAborted();
  const mark = randomBytes(8).toString('hex');
  const { words, environment } = execCommand(request, mark);
  const child = spawn(engine.program, words, {
    env: { ...(request.variables ?? process.env), ...environment },
    stdio: streams.tty
      ? 'inherit'
      : [
          streams.stdin === 'inherit' ? 'inherit' : streams.stdin === 'empty' ? 'ignore' : 'pipe',
          'pipe',
          'pipe',
        ],
    // Ctrl-C in a terminal reaches the whole group: the client stays until what is inside has ended.
    detached: !streams.tty && streams.stdin !== 'inherit',
    windowsHide: true,
  });
  if (!streams.tty) {
    // The caller's streams live on.
    child.stdout?.pipe(streams.stdout, { end: false });
    child.stderr?.pipe(streams.stderr, { end: false });
    if (typeof streams.stdin === 'object' && child.stdin !== null) {
      child.stdin.on('error', () => undefined);
      streams.stdin.pipe(child.stdin);
    }
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => resolve(code ?? 128 + (by === null ? 0 : constants.signals[by])));
  });
  const inside = {
    ...{ engine, container: container.id, mark: { name: execMark, value: mark } },
    user: request.user ?? container.remoteUser,
  };
  let ending: Promise<void> | undefined;
  const onAbort = (): void => {
    ending ??= endInside(inside, ended).finally(() => child.kill('SIGKILL'));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const code = await ended;
    if (ending !== undefined) await ending;
    if (signal?.aborted === true) {
      await endMarked(inside, 'KILL');
      signal.throwIfAborted();
    }
    return code;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

interface MarkedProcesses {
  readonly engine: Engine;
  /** Full id. */
  readonly container: string;
  readonly mark: { readonly name: string; readonly value: string };
  readonly user: string;
}

async function endInside(inside: MarkedProcesses, ended: Promise<unknown>): Promise<void> {
  await endMarked(inside, 'TERM');
  const over = new AbortController();
  await Promise.race([
    ended.catch(() => undefined),
    delay(graceMs, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
  await endMarked(inside, 'KILL');
}

/** Nothing to end where the container is gone. Never rejects. */
async function endMarked({ engine, container, mark, user }: MarkedProcesses, sign: string): Promise<void> {
  try {
    const client = await EngineClient.connect(engine);
    await client.endMarked(container, mark, { sign, user, signal: AbortSignal.timeout(endMs) });
  } catch {
    // What it could not end, the next stage or the end of the container does.
  }
}
