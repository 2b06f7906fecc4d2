/** Another product to measure against, in a virtual environment of its own in the cache folder, keyed by version. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../scripts/provision/cacheFolder.ts';
import { runCommand } from '../../src/base/runCommand.ts';

/** Resolves with the folder of its programs. The environment knows its own path, so a mark says that it is whole. */
export async function pythonPeer(name: string, version: string): Promise<string> {
  const folder = join(cacheFolder(), 'peers', `${name}-${version}`);
  const whole = join(folder, '.whole');
  const programs = join(folder, 'bin');
  if (existsSync(whole)) return programs;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await step('python3', ['-m', 'venv', folder]);
  await step(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', `${name}==${version}`]);
  await writeFile(whole, '');
  return programs;
}

async function step(program: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand({ program, args, timeoutMs: 15 * 60_000 });
  if (exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${exitCode ?? 'a signal'}: ${stderr}`);
}
