/** Links on the way to a file of a folder. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openOwnFile } from '../../../src/base/openOwnFile.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('openOwnFile', () => {
  it('opens what lies below the folder, and nothing that a link leads to', async () => {
    await using folder = await temporaryFolder('lockstep own');
    const [own, other] = [join(folder.path, 'own'), join(folder.path, 'other')];
    await mkdir(join(own, 'sub'), { recursive: true });
    await mkdir(other);
    await writeFile(join(own, 'sub', 'a.txt'), 'a');
    await writeFile(join(other, 'b.txt'), 'b');
    await symlink(other, join(own, 'linked'));
    await symlink(join(other, 'b.txt'), join(own, 'b.txt'));
    await symlink(own, join(folder.path, 'way'));
    const read = async (at: string, path: string): Promise<string | undefined> => {
      await using file = await openOwnFile(at, path);
      return await file?.readFile('utf8');
    };
    for (const [at, path, wanted] of [
      [own, 'sub/a.txt', 'a'],
      [join(folder.path, 'way'), 'sub/a.txt', 'a'],
      [own, 'linked/b.txt', undefined],
      [own, 'b.txt', undefined],
      [own, '../other/b.txt', undefined],
      [own, 'sub', undefined],
      [own, 'missing', undefined],
    ] as const)
      assert.equal(await read(at, path), wanted, path);
  });
});
