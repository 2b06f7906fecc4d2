import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { recordedName } from '../../../../src/reproduction/restore/recordedName.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('the name of a file in a record', () => {
  it('is found however a person names it', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'the project');
    await mkdir(join(root, 'out', 'deep'), { recursive: true });
    const link = join(folder.path, 'link');
    await symlink(root, link);
    const known = ['out/e5.pt', 'data/train.csv', '/scratch/shared.csv'];
    const cases: readonly (readonly [named: string, cwd: string, name: string])[] = [
      ['out/e5.pt', root, 'out/e5.pt'],
      ['./out/e5.pt', root, 'out/e5.pt'],
      ['out/e5.pt', join(root, 'out'), 'out/e5.pt'],
      ['e5.pt', join(root, 'out'), 'out/e5.pt'],
      ['../e5.pt', join(root, 'out', 'deep'), 'out/e5.pt'],
      [join(root, 'out', 'e5.pt'), '/', 'out/e5.pt'],
      [join(link, 'out', 'e5.pt'), '/', 'out/e5.pt'],
      ['e5.pt', join(link, 'out'), 'out/e5.pt'],
      ['data/', root, 'data'],
      ['/scratch/shared.csv', root, '/scratch/shared.csv'],
      ['./nowhere.pt', root, 'nowhere.pt'],
      ['e5.pt', root, 'e5.pt'],
    ];
    for (const [named, cwd, name] of cases)
      assert.equal(await recordedName(named, known, { cwd, roots: [root] }), name, `${named} in ${cwd}`);
  });
});
