/** Python environments with the tools that we measure ourselves against, made once in the cache folder. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';

export const mlflowVersion = '3.17.2';

/** Path of the Python that has the package. Needs python3 with venv, and the package index the first time. */
export async function peerPython(name: string, version: string): Promise<string> {
  const cache =
    process.env['LOCKSTEP_TEST_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lockstep-test');
  const folder = join(cache, 'peers', `${name}-${version}`);
  const python = join(
    folder,
    ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
  );
  if (await works(python, name)) return python;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await must('python3', ['-m', 'venv', folder]);
  await must(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `${name}==${version}`,
  ]);
  return python;
}

async function works(python: string, name: string): Promise<boolean> {
  if (!existsSync(python)) return false;
  const { exitCode } = await runCommand({ program: python, args: ['-c', `import ${name}`] });
  return exitCode === 0;
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand({ program, args });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}`);
}
