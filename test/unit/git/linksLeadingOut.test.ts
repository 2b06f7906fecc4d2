import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findRepository } from '../../../src/git/findRepository.ts';
import { linksLeadingOut } from '../../../src/git/linksLeadingOut.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';

describe('linksLeadingOut', () => {
  it('names each link of a tree that leads out of it, also through others', async function () {
    this.timeout(60_000);
    await using made = await gitRepository({ 'real/deep/file.txt': 'x' });
    const table: [path: string, target: string, out: boolean][] = [
      ['absolute', '/scratch/me/out', true],
      ['above', '../data', true],
      ['deep/above', '../../data', true],
      ['inside', 'real/deep', false],
      ['deep/inside', '../real', false],
      ['dangling', 'nowhere/at/all', false],
      ['top', '.', false],
      // Read by its letters alone it stays inside.
      ['sub/up', '..', false],
      ['through', 'sub/up/../x', true],
      ['behind', 'absolute/run', true],
      ['round', 'about', true],
      ['about', 'round', true],
    ];
    for (const [path, target] of table) {
      await mkdir(dirname(join(made.root, path)), { recursive: true });
      await symlink(target, join(made.root, path));
    }
    await made.commit();
    const tree = (await made.git('rev-parse', 'HEAD^{tree}')).trim();
    const repository = (await findRepository(made.root, made.environment)) ?? assert.fail();
    const found = await linksLeadingOut({ repository, environment: made.environment }, tree);
    const expected = table.filter(([, , out]) => out);
    assert.deepEqual(
      new Map(found?.map(one => [one.path, one.target])),
      new Map(expected.map(([path, target]) => [path, target])),
    );
    assert.equal(await linksLeadingOut({ repository }, '1'.repeat(40)), undefined);
  });
});
