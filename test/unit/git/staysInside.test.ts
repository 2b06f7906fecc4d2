/** Which paths of a record may be written in a checkout. */
import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { staysInside } from '../../../src/git/staysInside.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('a path of a record', () => {
  const cases: readonly [path: string, safe: boolean][] = [
    ['data/x.bin', true],
    ['..data/x..bin', true],
    ['time 10:30.txt', process.platform !== 'win32'],
    ['../x', false],
    ['data/../../x', false],
    ['/etc/passwd', false],
    ['', false],
    ['.git/hooks/post-checkout', false],
    ['sub/.GIT/config', false],
    ['link/x', false],
    ['link', true],
  ];
  for (const [path, safe] of cases)
    it(`${path === '' ? '(empty)' : path} ${safe ? 'stays inside' : 'is refused'}`, async () => {
      await using folder = await temporaryFolder();
      await mkdir(join(folder.path, 'data'));
      await symlink('/tmp', join(folder.path, 'link'));
      assert.equal(staysInside(folder.path, path), safe);
    });
});
