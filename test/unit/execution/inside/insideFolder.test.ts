import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../../src/base/runCommand.ts';
import { pythonHook } from '../../../../src/execution/capture/pythonHook.ts';
import { readSeen } from '../../../../src/execution/capture/readSeen.ts';
import { InsideFolder } from '../../../../src/execution/inside/insideFolder.ts';
import { runPathsIn } from '../../../../src/runs/runPaths.ts';
import { scrubbedEnvironment } from '../../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const hookFolder = fileURLToPath(new URL('../../../../src/execution/capture/pythonHook', import.meta.url));

describe('InsideFolder', () => {
  it('takes the whole hook along, so that seeds are seen in a container, too', async () => {
    await using folder = await temporaryFolder('a run folder');
    await mkdir(folder.path, { recursive: true });
    const hook = await new InsideFolder(runPathsIn(folder.path)).addHook(hookFolder);
    const files = (await readdir(hookFolder)).filter(name => name.endsWith('.py'));
    assert.ok(files.length >= 3);
    for (const name of files)
      assert.equal(
        await readFile(join(hook, name), 'utf8'),
        await readFile(join(hookFolder, name), 'utf8'),
        name,
      );
    assert.deepEqual(
      (await seedsSeen(hook, folder.path))?.map(({ value }) => value),
      ['7'],
    );
  });

  it('has a hook say that it sees no seeds where it cannot look for them', async () => {
    await using folder = await temporaryFolder('half a hook');
    await writeFile(
      join(folder.path, 'sitecustomize.py'),
      await readFile(join(hookFolder, 'sitecustomize.py')),
    );
    assert.equal(await seedsSeen(folder.path, folder.path), undefined);
  });
});

/** Of a program that sets one, with the hook of the folder `hook`. */
async function seedsSeen(hook: string, cwd: string): Promise<Awaited<ReturnType<typeof readSeen>>['seeds']> {
  const path = join(cwd, 'hook seen.jsonl');
  const module = join(cwd, 'torch');
  await mkdir(module);
  await writeFile(join(module, '__init__.py'), '');
  await writeFile(join(module, 'random.py'), 'def manual_seed(seed): pass\n');
  const variables = { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: hook };
  const outcome = await runCommand({
    ...{ program: 'python3', args: ['-c', 'import torch.random; torch.random.manual_seed(7)'], cwd },
    env: scrubbedEnvironment(cwd, { ...variables, ...pythonHook(hook, path, {})?.variables }),
  });
  assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
  const seen = await readSeen(path);
  assert.equal(seen.pythons.length, 1);
  return seen.seeds;
}
