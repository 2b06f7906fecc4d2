/**
 * Starts the devcontainer program that is shipped with the product and follows it to its end. Invariant: nothing it
 * started (builds, pulls, its own children) lives on when the call has settled, nor does its temporary folder.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { identifyProcess } from '../../base/processIdentity.ts';
import { findProcessTree, signalProcessTree } from '../../base/processTree.ts';
import type { Engine } from '../engine/engine.ts';
import { parseCliResult } from './cliLog.ts';
import type { CliResult } from './cliLog.ts';
import { CliSession } from './cliSession.ts';
import { shareTurn } from './takeTurn.ts';
import type { OnProgress } from './environmentProgress.ts';
import { noteWorkingContainers, removeWorkingContainers } from './workingContainers.ts';

export interface CliCall {
  /** Sixteen hexadecimal digits of its own: by them all that it starts is known, should this process be killed. */
  readonly id: string;
  readonly engine: Engine;
  /** The command of the program and its words, without those about the engine and the log. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly variables: NodeJS.ProcessEnv;
  /** Made by the call, in it a folder of its own for temporary files. */
  readonly temporary: string;
  /** Where everything it logs is kept, for people; overwritten. */
  readonly log: string;
  /** Turns that this process holds and that last as long as the program, even should this process be killed. */
  readonly turns?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface CliOutcome {
  readonly exitCode: number | null;
  readonly result: CliResult | undefined;
  readonly session: CliSession;
}

const markVariable = 'LOCKSTEP_DEVCONTAINER';

/** In the environment of all that a call started. */
export function callMark(id: string): string {
  return `${markVariable}=${id}`;
}

/** How long a cancelled call may take to end by itself. */
const graceMs = 3000;

/** Resolves with whatever it ended with. Rejects with the reason of `signal`, or when it cannot be started. */
export async function runDevcontainerProgram(call: CliCall): Promise<CliOutcome> {
  call.signal?.throwIfAborted();
  const mark = callMark(call.id);
  const temporary = join(call.temporary, call.id);
  await sweepTemporary(call.temporary);
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const [command = '', ...words] = call.words;
  if (command === 'up' || command === 'build')
    await noteWorkingContainers(call.engine, { variables: call.variables, signal: call.signal }, temporary);
  if (call.signal?.aborted === true) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    call.signal.throwIfAborted();
  }
  const child = spawn(
    process.execPath,
    [
      ...[devcontainerProgram(), command, ...words],
      ...['--docker-path', call.engine.program, '--log-format', 'json'],
    ],
    {
      cwd: call.cwd,
      env: {
        ...call.variables,
        ...call.engine.environment,
        // The editor's own executable is then the Node that it is built on.
        ELECTRON_RUN_AS_NODE: '1',
        NODE_NO_WARNINGS: '1',
        BUILDKIT_PROGRESS: 'plain',
        TMPDIR: temporary,
        [markVariable]: call.id,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    },
  );
  const session = new CliSession(call.onProgress);
  const log = createWriteStream(call.log, { mode: 0o600 });
  log.on('error', () => undefined);
  const stdout: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  createInterface({ input: child.stderr, crlfDelay: Infinity }).on('line', line => {
    log.write(`${line}\n`);
    session.take(line);
  });

  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  const shared = identity?.then(async found => {
    for (const turn of call.turns ?? []) if (found !== undefined) await shareTurn(turn, found);
  });
  shared?.catch(() => undefined);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const root = await identity;
    if (root !== undefined) await signalProcessTree({ root, session: root.pid, marker: mark }, signal);
  };
  let escalation: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    void end('SIGTERM');
    escalation = setTimeout(() => void end('SIGKILL'), graceMs);
  };
  call.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (call.signal?.aborted === true) {
      await end('SIGKILL');
      call.signal.throwIfAborted();
    }
    return { exitCode, result: parseCliResult(stdout.join('')), session };
  } finally {
    clearTimeout(escalation);
    call.signal?.removeEventListener('abort', onAbort);
    log.end();
    // Not after the turn has been given back.
    await shared?.catch(() => undefined);
    await removeWorkingContainers(call.engine, { variables: call.variables }, temporary);
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Takes away temporary folders of calls that were killed. A folder is in use while any process has its name in its
 * environment; where that cannot be seen, or the folder is young, it stays.
 */
export async function sweepTemporary(folder: string, now = Date.now()): Promise<void> {
  if (process.platform !== 'linux') return;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const made = await stat(path).catch(() => undefined);
    if (!/^[0-9a-f]{16}$/.test(name) || made === undefined || now - made.mtimeMs < youngMs) continue;
    const root = { pid: 0 };
    const users = await findProcessTree({ root, marker: callMark(name) });
    if (users.length === 0) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Calls in containers that share the folder cannot be seen from here. */
const youngMs = 60 * 60_000;

/** Beside the bundle where the product is built, else in the packages of the source tree. */
export function devcontainerProgram(): string {
  const shipped = join(import.meta.dirname, 'devcontainers-cli', 'devcontainer.js');
  if (existsSync(shipped)) return shipped;
  return join(
    import.meta.dirname,
    '..',
    '..',
    '..',
    'node_modules',
    '@devcontainers',
    'cli',
    'devcontainer.js',
  );
}
