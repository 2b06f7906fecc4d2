/**
 * The file system that container tests start from: this machine's own Debian or Ubuntu, as small as it comes, with
 * Python and git. Made once by debootstrap and kept as a tar in the cache folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { cacheFolder, installOnce } from '../cacheFolder.ts';
import { aptMirror } from './aptMirror.ts';

const packages = ['python3', 'python3-venv', 'git', 'ca-certificates', 'procps'];

/** What nobody reads in a container; half of the size. */
const leftOut = ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'];

interface System {
  readonly id: string;
  /** `bookworm`. */
  readonly codename: string;
}

/** `lockstep-test/base:bookworm`. */
export function baseImageName(): string {
  return `lockstep-test/base:${system()?.codename ?? 'bookworm'}`;
}

/** The tar, made before if need be. Rejects with what is in the way. */
export async function ensureBaseImage(say: (line: string) => void): Promise<string> {
  const own = system();
  if (own === undefined) throw new Error('A base image is made on Debian or Ubuntu only.');
  const mirror = aptMirror(own.codename);
  if (mirror === undefined) throw new Error(`No source of apt serves ${own.codename}.`);
  const folder = await installOnce(cacheName(own), async target => {
    say(`Making a base image of ${own.codename} for container tests (about a minute) …`);
    const root = join(target, 'root');
    const tar = join(target, 'root.tar');
    await succeed('debootstrap', [
      ...['--variant=minbase', `--include=${packages.join(',')}`],
      ...(own.id === 'ubuntu' ? ['--components=main,universe'] : []),
      ...[own.codename, root, mirror],
    ]);
    await succeed('tar', ['-C', root, ...leftOut.map(path => `--exclude=./${path}/*`), '-cf', tar, '.']);
    await rm(root, { recursive: true, force: true });
  });
  return join(folder, 'root.tar');
}

/** The tar when it is made already. */
export function madeBaseImage(): string | undefined {
  const own = system();
  if (own === undefined) return undefined;
  const tar = join(cacheFolder(), cacheName(own), 'root.tar');
  return existsSync(tar) ? tar : undefined;
}

function cacheName({ id, codename }: System): string {
  const hash = createHash('sha256')
    .update([...packages, ...leftOut].join('\n'))
    .digest('hex')
    .slice(0, 8);
  return `base-image-${id}-${codename}-${process.arch}-${hash}`;
}

function system(): System | undefined {
  const file = '/etc/os-release';
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}="?([\\w.-]+)"?$`, 'm').exec(text)?.[1];
  const [id, codename] = [field('ID'), field('VERSION_CODENAME')];
  return (id === 'debian' || id === 'ubuntu') && codename !== undefined ? { id, codename } : undefined;
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, LANG: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const outcome = await runCommand({ program, args, env, timeoutMs: 15 * 60_000 });
  if (outcome.exitCode === 0) return;
  const words = `${outcome.stderr.trim()}\n${outcome.stdout.toString('utf8').trim()}`;
  throw new Error(`${program} failed:\n${words.slice(-2000)}`);
}
