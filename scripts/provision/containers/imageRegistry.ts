/** A registry of images on 127.0.0.1: the Debian package `docker-registry`, unpacked into the cache folder, not installed. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { waitFor } from '../../../test/helpers/waitFor.ts';
import { cacheFolder, installOnce } from '../cacheFolder.ts';

const name = `docker-registry-${process.arch}`;
const insideIt = join('usr', 'bin', 'docker-registry');

/** The program, fetched before if need be. */
export async function ensureRegistryProgram(say: (line: string) => void): Promise<string> {
  const found = registryProgram();
  if (found !== undefined) return found;
  const folder = await installOnce(name, async target => {
    say(`Fetching docker-registry from Debian's packages into ${cacheFolder()} …`);
    await succeed('apt-get', ['download', 'docker-registry'], target);
    const file = readdirSync(target).find(entry => entry.endsWith('.deb'));
    if (file === undefined) throw new Error('apt-get download brought no package.');
    await succeed('dpkg-deb', ['--extract', file, '.'], target);
    await rm(join(target, file));
  });
  return join(folder, insideIt);
}

/** On PATH, else in the cache folder. */
export function registryProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [
    ...folders.map(folder => join(folder, 'docker-registry')),
    join(cacheFolder(), name, insideIt),
  ].find(path => existsSync(path));
}

export interface ImageRegistry {
  /** `localhost:5055`: by this name, and no other, clients speak plain HTTP to it. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Begins an empty registry that keeps its content in `folder`. @param users Lines as htpasswd writes them: nobody else is let in. */
export async function startRegistry(program: string, folder: string, users?: string): Promise<ImageRegistry> {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const settings = join(folder, 'config.yml');
  const passwords = join(folder, 'htpasswd');
  if (users !== undefined) await writeFile(passwords, `${users}\n`);
  await writeFile(
    settings,
    [
      'version: 0.1',
      'log: {level: error}',
      'storage:',
      `  filesystem: {rootdirectory: ${JSON.stringify(join(folder, 'content'))}}`,
      '  delete: {enabled: true}',
      `http: {addr: "127.0.0.1:${port}"}`,
      ...(users === undefined ? [] : [`auth: {htpasswd: {realm: lab, path: ${JSON.stringify(passwords)}}}`]),
      '',
    ].join('\n'),
  );
  const child = spawn(program, ['serve', settings], { cwd: folder, stdio: 'ignore', detached: true });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  child.on('error', () => undefined);
  try {
    const open = users === undefined ? 200 : 401;
    await waitFor(
      'the registry to answer',
      async () => (await fetch(`http://127.0.0.1:${port}/v2/`)).status === open,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `localhost:${port}`, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function succeed(program: string, args: readonly string[], cwd: string): Promise<void> {
  const outcome = await runCommand({ program, args, cwd, timeoutMs: 120_000 });
  if (outcome.exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${outcome.stderr.trim()}`);
}
