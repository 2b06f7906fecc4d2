/**
 * The programs of container engines that tests need. As root on Debian or Ubuntu the missing ones are installed from
 * the system's own packages, after saying so, but never beside an engine of another make: Debian's docker.io takes
 * docker-ce away. `LOCKSTEP_PROVISION=0` leaves the machine alone.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { errorText } from '../../../src/base/systemError.ts';
import { socketAnswers } from './dockerDaemon.ts';

/** Where Docker's own socket lies on Linux, and Docker Desktop's in the home folder. */
const sockets = ['/var/run/docker.sock', join(process.env['HOME'] ?? '', '.docker', 'run', 'docker.sock')];

const foreignPackages = ['docker-ce', 'docker-ee', 'docker-desktop', 'moby-engine', 'containerd.io'];

/** Program → the Debian package that brings it. */
const wanted = new Map([
  ['dockerd', 'docker.io'],
  ['docker', 'docker.io'],
  ['debootstrap', 'debootstrap'],
  ['podman', 'podman'],
]);

/** The Docker engine that is there already and answers, by what a client is told: DOCKER_HOST. */
export async function runningDocker(): Promise<{ endpoint: string } | undefined> {
  const chosen = process.env['DOCKER_HOST'];
  if (chosen !== undefined && chosen !== '') {
    const socket = /^unix:\/\/(.+)$/.exec(chosen)?.[1];
    const answers = socket === undefined ? await clientAnswers() : await socketAnswers(socket);
    return answers ? { endpoint: chosen } : undefined;
  }
  for (const path of sockets) if (await socketAnswers(path)) return { endpoint: `unix://${path}` };
  return undefined;
}

/** Whether engines may be installed and started here. */
export function mayProvision(): boolean {
  return (
    process.env['LOCKSTEP_PROVISION'] !== '0' && process.platform === 'linux' && process.getuid?.() === 0
  );
}

export function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, program))
    .find(path => existsSync(path));
}

/** Installs what is missing where that is allowed; says what is missing all the same, and what to do. */
export async function ensureEnginePackages(say: (line: string) => void): Promise<void> {
  const docker = await runningDocker();
  const needed = [...wanted].filter(
    ([program]) => onPath(program) === undefined && !(docker !== undefined && program === 'dockerd'),
  );
  if (needed.length === 0) return;
  const packages = [...new Set(needed.map(([, name]) => name))];
  const reason = await whyNotInstalled(docker?.endpoint);
  if (reason !== undefined) {
    const missing = needed.map(([program]) => program).join(', ');
    say(
      `Missing for container tests: ${missing}. ${reason} On Debian or Ubuntu: sudo apt-get install ${packages.join(' ')}`,
    );
    return;
  }
  say(`Missing for container tests. Running as root, so: apt-get install ${packages.join(' ')}`);
  try {
    await apt(['update']);
    await apt(['install', '--yes', '--no-install-recommends', ...packages]);
  } catch (error) {
    say(errorText(error));
  }
}

async function whyNotInstalled(answering: string | undefined): Promise<string | undefined> {
  if (!mayProvision()) return 'They are not installed for you here.';
  if (!existsSync('/usr/bin/apt-get')) return 'They are installed for you on Debian and Ubuntu only.';
  if (answering !== undefined)
    return `There is an engine at ${answering}, beside which nothing is installed.`;
  const { stdout } = await runCommand({
    program: 'dpkg-query',
    args: ['--show', '--showformat', '${Package} ${db:Status-Status}\n', ...foreignPackages],
  });
  const found = /^(\S+) installed$/m.exec(stdout.toString('utf8'))?.[1];
  return found === undefined ? undefined : `There is ${found}, beside which nothing is installed.`;
}

async function clientAnswers(): Promise<boolean> {
  try {
    return (await runCommand({ program: 'docker', args: ['version'], timeoutMs: 20_000 })).exitCode === 0;
  } catch {
    return false;
  }
}

async function apt(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const outcome = await runCommand({ program: 'apt-get', args, env, timeoutMs: 10 * 60_000 });
  if (outcome.exitCode !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${outcome.stderr.trim()}`);
}
