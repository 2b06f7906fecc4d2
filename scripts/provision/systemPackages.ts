/**
 * Programs of the system that tests need. As root on Debian or Ubuntu they are installed (after saying so); anywhere
 * else the person reads the exact command. `LOCKSTEP_PROVISION=0` leaves the machine alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { runCommand } from '../../src/base/runCommand.ts';
import { findBrowser } from './browser.ts';
import { findSshServer } from './sshServer.ts';

interface SystemPart {
  readonly name: string;
  readonly isThere: () => Promise<boolean>;
  /** Names of Debian packages that bring it. */
  readonly debian: readonly string[];
  /** What to do where apt is not the way. */
  readonly otherwise: string;
}

const parts: readonly SystemPart[] = [
  {
    name: 'git',
    isThere: () => answers('git', ['--version']),
    debian: ['git'],
    otherwise: 'Install git: https://git-scm.com/downloads',
  },
  {
    name: 'Python 3',
    isThere: () => answers('python3', ['--version']),
    debian: ['python3', 'python3-venv'],
    otherwise: 'Install Python 3.8 or newer: https://www.python.org/downloads',
  },
  {
    name: 'git-lfs',
    isThere: () => answers('git', ['lfs', 'version']),
    debian: ['git-lfs'],
    otherwise: 'Install git-lfs: https://git-lfs.com',
  },
  {
    name: 'Chromium',
    isThere: () => Promise.resolve(findBrowser() !== undefined),
    debian: ['chromium', 'fonts-dejavu-core'],
    otherwise: 'Install Chromium or Google Chrome, or name one with LOCKSTEP_BROWSER=/path/to/it',
  },
  {
    name: 'busybox',
    isThere: () => answers('busybox', ['true']),
    debian: ['busybox'],
    otherwise: 'Install busybox, whose shell is the one of small images: https://busybox.net',
  },
  {
    name: 'OpenSSH',
    isThere: async () => findSshServer() !== undefined && (await answers('ssh', ['-V'])),
    debian: ['openssh-client', 'openssh-server', 'openssh-sftp-server'],
    otherwise: 'Install the client and the server of OpenSSH: https://www.openssh.com/portable.html',
  },
];

/**
 * Installs what is missing where that is allowed. Resolves with the names of the parts that are still missing.
 * @param names Of the parts to look at; all of them when left out.
 */
export async function ensureSystemParts(
  say: (line: string) => void,
  names = parts.map(part => part.name),
): Promise<string[]> {
  const wanted = parts.filter(part => names.includes(part.name));
  let missing = await missingParts(wanted);
  if (missing.length > 0 && mayInstall()) {
    const packages = missing.flatMap(part => part.debian);
    say(
      `Missing: ${listed(missing)}. Running as root on ${distribution()}, so: apt-get install ${packages.join(' ')}`,
    );
    try {
      await apt(['update']);
      await apt(['install', '--yes', '--no-install-recommends', ...packages]);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
    missing = await missingParts(wanted);
  }
  for (const part of missing) {
    const command = isDebian() ? `sudo apt-get install ${part.debian.join(' ')}` : part.otherwise;
    say(`Missing: ${part.name}. ${command}`);
  }
  return missing.map(part => part.name);
}

async function missingParts(wanted: readonly SystemPart[]): Promise<SystemPart[]> {
  const there = await Promise.all(wanted.map(part => part.isThere()));
  return wanted.filter((_, index) => there[index] !== true);
}

function mayInstall(): boolean {
  return process.env['LOCKSTEP_PROVISION'] !== '0' && process.getuid?.() === 0 && isDebian();
}

function isDebian(): boolean {
  // Ubuntu's chromium package is a door to a snap, which containers cannot open: apt still says so itself.
  return existsSync('/usr/bin/apt-get') && /debian|ubuntu/i.test(distribution());
}

function distribution(): string {
  const file = '/etc/os-release';
  if (!existsSync(file)) return process.platform;
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 'Linux';
}

function listed(missing: readonly SystemPart[]): string {
  return missing.map(part => part.name).join(', ');
}

async function answers(program: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await runCommand({ program, args, timeoutMs: 30_000 })).exitCode === 0;
  } catch {
    return false;
  }
}

async function apt(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const outcome = await runCommand({ program: 'apt-get', args, env, timeoutMs: 10 * 60_000 });
  if (outcome.exitCode !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${outcome.stderr.trim()}`);
}
