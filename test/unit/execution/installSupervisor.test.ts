import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installSupervisor } from '../../../src/execution/installSupervisor.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('installSupervisor', () => {
  it('copies a bundle once for each content, and uses sources where they lie', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'supervisor.cjs');
    const cache = join(folder.path, 'cache');
    await writeFile(script, 'first');
    const first = await installSupervisor(script, cache);
    assert.equal(await installSupervisor(script, cache), first);
    await writeFile(script, 'second');
    const second = await installSupervisor(script, cache);
    assert.notEqual(second, first);
    assert.deepEqual([await readFile(first, 'utf8'), await readFile(second, 'utf8')], ['first', 'second']);
    assert.equal(await installSupervisor(join(folder.path, 'main.ts'), cache), join(folder.path, 'main.ts'));
  });

  it('takes the threads for data along, and tells their versions apart', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'supervisor.cjs');
    const cache = join(folder.path, 'cache');
    await writeFile(script, 'bundle');
    await writeFile(join(folder.path, 'data-worker.cjs'), 'first');
    const first = await installSupervisor(script, cache);
    await writeFile(join(folder.path, 'data-worker.cjs'), 'second');
    const second = await installSupervisor(script, cache);
    const threads = [first, second].map(path => readFile(join(path, '..', 'data-worker.cjs'), 'utf8'));
    assert.deepEqual(await Promise.all(threads), ['first', 'second']);
  });

  it('uses the bundle where it lies when the cache cannot be written', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'supervisor.cjs');
    await writeFile(script, 'bundle');
    assert.equal(await installSupervisor(script, join(script, 'below a file')), script);
  });
});
