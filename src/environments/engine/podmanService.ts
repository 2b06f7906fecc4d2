/**
 * Podman needs no daemon, and so has no API until somebody serves it. Where systemd does not, Lockstep does: a service
 * for all of a user's Lockstep processes, which ends by itself a while after the last of them has hung up.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { podmanServiceFailed } from './errors.ts';

/** Seconds without any connection after which the service ends. */
const idleSeconds = 60;

const startMs = 20_000;

/**
 * Resolves with the endpoint of a service that answers: the one that runs, else a new one.
 * @param program The Podman that is served; each has a service of its own.
 */
export async function ensurePodmanService(
  program: string,
  variables: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<string> {
  const folder = await ownFolder(variables);
  const name = createHash('sha256').update(program).digest('hex').slice(0, 8);
  const socket = join(folder, `podman-${name}.sock`);
  const endpoint = `unix://${socket}`;
  if (await accepts(socket)) return endpoint;
  await rm(socket, { force: true });
  // A file, because a pipe that nobody reads any more would end the service with its next word.
  const log = join(folder, `podman-${name}.log`);
  const words = openSync(log, 'w', 0o600);

  const child = spawn(program, ['system', 'service', `--time=${idleSeconds}`, endpoint], {
    env: variables,
    stdio: ['ignore', 'ignore', words],
    detached: true,
    windowsHide: true,
  });
  const state = { ended: false };
  child.on('error', () => (state.ended = true));
  child.on('exit', () => (state.ended = true));
  child.unref();
  closeSync(words);
  const until = performance.now() + startMs;
  while (performance.now() < until) {
    signal?.throwIfAborted();
    // Of two that start at once one ends; the other's socket is as good.
    if (await accepts(socket)) return endpoint;
    if (state.ended) break;
    await delay(50, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
  if (await accepts(socket)) return endpoint;
  const said = await readFile(log, 'utf8').catch(() => '');
  throw podmanServiceFailed(said.trim().slice(-2000) || `it did not answer within ${startMs / 1000} s`);
}

/** For this user alone: who can open the socket can do all that the user can. */
async function ownFolder(variables: NodeJS.ProcessEnv): Promise<string> {
  const runtime = variables['XDG_RUNTIME_DIR'];
  const folder =
    runtime === undefined || runtime === ''
      ? join(tmpdir(), `lockstep-${process.getuid?.() ?? userInfo().username}`)
      : join(runtime, 'lockstep');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Fails when somebody else has put a folder there.
  await chmod(folder, 0o700);
  return folder;
}

async function accepts(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
