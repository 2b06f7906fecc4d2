/** Runs a program with and without the Python hook, and tells the seeds that were seen. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/base/runCommand.ts';
import { pythonHook } from '../../src/execution/capture/pythonHook.ts';
import { readSeen } from '../../src/execution/capture/readSeen.ts';
import { scrubbedEnvironment } from './scrubbedEnvironment.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const hookFolder = fileURLToPath(new URL('../../src/execution/capture/pythonHook', import.meta.url));

/** What the program prints without the hook, and what it prints and was seen to set with it. */
export async function seedsOf(
  python: string,
  program: string,
  variables: Readonly<Record<string, string>> = {},
  ways = [true, false],
): Promise<{ plain: string; stdout: string; seeds: string[] }> {
  await using folder = await temporaryFolder('seeds of libraries');
  await writeFile(join(folder.path, 'train.py'), program);
  const path = join(folder.path, 'seen.jsonl');
  const hooked = { PYTHONPATH: hookFolder, ...pythonHook(hookFolder, path, {})?.variables };
  const [stdout = '', plain = ''] = await Promise.all(
    ways.map(async way => {
      const more = way ? hooked : {};
      const outcome = await runCommand({
        ...{ program: python, args: ['train.py'], cwd: folder.path },
        env: scrubbedEnvironment(folder.path, { PYTHONDONTWRITEBYTECODE: '1', ...more, ...variables }),
      });
      assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
      return outcome.stdout.toString('utf8');
    }),
  );
  const { seeds = [] } = await readSeen(path);
  const lines = seeds.map(({ call, value, line }) => `${line}: ${call} ${value ?? 'at random'}`);
  return { plain, stdout, seeds: lines };
}
