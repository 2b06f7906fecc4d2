/** Virtual environments with packages of other people, in the cache folder, for what needs the real thing. */
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { installOnce } from './cacheFolder.ts';

/**
 * The interpreter of a virtual environment that holds `requirements` (pinned: `scikit-learn==1.9.1`).
 * Start programs of it as modules (`python -m …`): scripts in its bin folder name the folder it was made in.
 * Rejects with pip's words when the packages cannot be had.
 */
export async function pythonEnvironment(
  requirements: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  const name = `python-${requirements.join('-').replaceAll(/[^\w.-]+/g, '-')}`;
  const interpreter = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const folder = await installOnce(name, async target => {
    say(`Installing ${requirements.join(' ')} into a virtual environment …`);
    await succeed('python3', ['-m', 'venv', target]);
    const python = join(target, ...interpreter);
    await succeed(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      ...requirements,
    ]);
  });
  return join(folder, ...interpreter);
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const outcome = await runCommand({ program, args, timeoutMs: 10 * 60_000 });
  if (outcome.exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')} failed:\n${outcome.stderr.trim()}`);
}
