/**
 * A Docker engine of the tests' own, beside whatever else runs on the machine: own data, own socket, own containerd
 * namespace, a private bridge or no network. It touches no chain of the firewall but three rules of its bridge.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { delimiter, join } from 'node:path';
import { waitFor } from '../../../test/helpers/waitFor.ts';
import { findLeftovers } from '../../suites/leftovers.ts';
import type { PrivateBridge } from './privateBridge.ts';

export interface DaemonPlace {
  /** Short, because sockets lie in it and their paths may have 107 bytes. Everything but the data. */
  readonly folder: string;
  /** Where images and containers are kept; may be deep. */
  readonly data: string;
  /** Undefined: containers have no network of their own. */
  readonly bridge: PrivateBridge | undefined;
  /** A folder that stands first on the daemon's PATH, for stand-ins of vendor tools. */
  readonly programs?: string;
}

export interface DockerDaemon {
  /** Of the socket. */
  readonly path: string;
  /** `unix://…`. */
  readonly endpoint: string;
  /** Ends the daemon in good order; its containers end with it. */
  stop(): Promise<void>;
  /** Ends the daemon at once; what it had started lives on. */
  kill(): Promise<void>;
  /** Begins it again at the same place. */
  start(): Promise<void>;
  /** Ends all that the daemon ever started and deletes its files. */
  remove(): Promise<void>;
}

/** Resolves when it answers; rejects with the end of its log. */
export async function startDockerDaemon(place: DaemonPlace): Promise<DockerDaemon> {
  const path = join(place.folder, 'd.sock');
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise(resolve => running.once('exit', resolve));
    running.kill(signal);
    const impatient = setTimeout(() => running.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(impatient);
  };
  const daemon: DockerDaemon = {
    path,
    endpoint: `unix://${path}`,
    start: async () => {
      // A daemon that was killed leaves its number behind, and that of its containerd, which the system ended with it;
      // both would be taken for running.
      for (const path of ['pid', join('exec', 'containerd', 'containerd.pid')])
        await rm(join(place.folder, path), { force: true });
      child = launch(place, path);
      await answering(child, place.folder, path);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    remove: async () => {
      await end('SIGTERM');
      await removeRemains(place);
    },
  };
  await mkdir(place.data, { recursive: true });
  await mkdir(place.folder, { recursive: true });
  // Settings of the machine's own daemon would be taken over, and contradict ours.
  await writeFile(join(place.folder, 'daemon.json'), '{}');
  try {
    await daemon.start();
  } catch (error) {
    await daemon.remove();
    throw error;
  }
  return daemon;
}

/** What a daemon leaves when it was killed: shims with their containers, its containerd, mounts, files. */
export async function removeRemains({ folder, data }: Pick<DaemonPlace, 'folder' | 'data'>): Promise<void> {
  await endAllIn(folder);
  await unmountAllBelow([folder, data]);
  for (const path of [folder, data])
    await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Ends every process that names the folder or works in it, and what those have started: they take their children. */
export async function endAllIn(folder: string): Promise<void> {
  await waitFor(
    `what lives in ${folder} to end`,
    () => {
      const left = findLeftovers(folder).flatMap(({ pid }) => [pid, ...childrenOf(pid)]);
      for (const pid of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has just ended by itself.
        }
      }
      return left.length === 0;
    },
    { everyMs: 50 },
  );
}

export async function unmountAllBelow(folders: readonly string[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const { runCommand } = await import('../../../src/base/runCommand.ts');
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter(path => folders.some(folder => path === folder || path.startsWith(`${folder}/`)))
    .reverse();
  for (const path of mounted) await runCommand({ program: 'umount', args: ['--lazy', path] });
}

function launch({ folder, data, bridge, programs }: DaemonPlace, socket: string): ChildProcess {
  const log = openSync(join(folder, 'log'), 'a');
  // Unique on the machine, also where a containerd of the system is found and used.
  const namespace = folder.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '');
  try {
    return spawn(
      'dockerd',
      [
        ...['--config-file', join(folder, 'daemon.json'), '--pidfile', join(folder, 'pid')],
        ...['--data-root', data, '--exec-root', join(folder, 'exec'), '--host', `unix://${socket}`],
        ...['--containerd-namespace', namespace, '--containerd-plugins-namespace', `${namespace}-plugins`],
        ...[`--bridge=${bridge?.name ?? 'none'}`, '--iptables=false', '--ip6tables=false'],
        ...['--group', String(process.getgid?.() ?? 0), '--shutdown-timeout', '5'],
      ],
      {
        cwd: folder,
        stdio: ['ignore', log, log],
        env: {
          PATH: [...(programs === undefined ? [] : [programs]), process.env['PATH']].join(delimiter),
          HOME: folder,
        },
        // Ctrl-C in a terminal is for the runner, which then ends the daemon in good order.
        detached: true,
      },
    );
  } finally {
    closeSync(log);
  }
}

async function answering(child: ChildProcess, folder: string, socket: string): Promise<void> {
  const logged = (): string => readFileSync(join(folder, 'log'), 'utf8').slice(-2000);
  let failed: Error | undefined;
  child.once('error', error => (failed = error));
  const up = await waitFor(
    'the Docker daemon to answer',
    async () => {
      if (failed !== undefined || child.exitCode !== null || child.signalCode !== null) return 'ended';
      return (await socketAnswers(socket)) ? 'up' : undefined;
    },
    { deadlineMs: 60_000, everyMs: 50, describe: logged },
  );
  if (up === 'ended') throw new Error(`dockerd did not start. ${failed?.message ?? logged()}`);
}

/** Whether an engine answers `GET /_ping` on this Unix socket. */
export async function socketAnswers(socketPath: string): Promise<boolean> {
  return new Promise(resolve => {
    const asked = request({ socketPath, path: '/_ping', timeout: 5000 }, answer => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

function childrenOf(pid: number): number[] {
  try {
    const direct = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
    return direct.flatMap(child => [child, ...childrenOf(child)]);
  } catch {
    return [];
  }
}
