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

  it('uses the bundle where it lies when the cache cannot be written', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'supervisor.cjs');
    await writeFile(script, 'bundle');
    assert.equal(await installSupervisor(script, join(script, 'below a file')), script);
  });
});
