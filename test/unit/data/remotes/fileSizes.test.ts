import assert from 'node:assert/strict';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileSizes } from '../../../../src/data/remotes/fileSizes.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('sizes of many files', () => {
  it('are those that the system tells of each', async () => {
    await using folder = await temporaryFolder();
    mkdirSync(join(folder.path, 'below'));
    symlinkSync('below/f1', join(folder.path, 'link'));
    symlinkSync('nowhere', join(folder.path, 'broken'));
    const names = Array.from({ length: 1_203 }, (_, index) => `below/f${index}`);
    for (const [index, name] of names.entries())
      if (index % 3 > 0) writeFileSync(join(folder.path, name), 'x'.repeat(index % 50));
    const asked = [...names, 'below', 'link', 'broken', 'nothing'];
    const { sizes, untold } = await fileSizes(folder.path, [...asked, 'below/f1/inside'], {});
    assert.deepEqual(untold, ['below/f1/inside']);
    for (const path of asked) {
      const found = statSync(join(folder.path, path), { throwIfNoEntry: false });
      assert.equal(sizes.get(path), found?.isFile() === true ? found.size : undefined, path);
    }
  });

  it('end with the task', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(fileSizes('/', ['etc'], { signal }), { name: 'AbortError' });
  });
});
