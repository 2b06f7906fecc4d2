import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findEditedPackages } from '../../../../src/environments/python/editedFiles.ts';
import { listInstalled } from '../../../../src/environments/python/packages.ts';
import { contentsOf } from '../../../../src/environments/python/recordFile.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

const digest = (text: string): string => `sha256=${createHash('sha256').update(text).digest('base64url')}`;

describe('the RECORD of a package', () => {
  it('gives one hash whoever installed the wheel, and another for other files', async () => {
    await using folder = await temporaryFolder();
    const own = `x.py,${digest('1')},1\nx-1.dist-info/METADATA,${digest('m')},1\n`;
    await write(folder.path, {
      'pip/RECORD': `${own}x-1.dist-info/INSTALLER,${digest('pip')},3\n__pycache__/x.cpython-311.pyc,,\n../../../bin/x,${digest('a')},9\nx-1.dist-info/RECORD,,\n`,
      'uv/RECORD': `../../../bin/x,${digest('b')},8\r\nx-1.dist-info/uv_cache.json,${digest('c')},2\r\n${own.split('\n').toReversed().join('\r\n')}`,
      'other/RECORD': own.replace(digest('1'), digest('2')),
      'empty/RECORD': '',
    });
    const [pip, uv, other, empty, none] = await Promise.all(
      ['pip', 'uv', 'other', 'empty', 'none'].map(name => contentsOf(join(folder.path, name))),
    );
    assert.match(pip ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.equal(pip, uv);
    assert.notEqual(pip, other);
    assert.deepEqual([empty, none], [undefined, undefined]);
  });

  it('shows which files were edited, and leads nowhere but into the environment', async () => {
    await using folder = await temporaryFolder();
    const site = join(folder.path, 'env', 'lib');
    await write(folder.path, { secret: 'outside' });
    await write(site, {
      'kept.py': 'same',
      'edited.py': 'now',
      'x-1.dist-info/METADATA': 'Name: x\nVersion: 1\n',
      'x-1.dist-info/RECORD': [
        `kept.py,${digest('same')},4`,
        `edited.py,${digest('then')},4`,
        `gone.py,${digest('then')},4`,
        `x-1.dist-info,${digest('a folder')},4`,
        `../../secret,${digest('not this')},4`,
        `${folder.path}/secret,${digest('nor this')},4`,
        'kept.py,md5=abc,4',
        'kept.py,,',
      ].join('\n'),
      'odd-1.dist-info/METADATA': 'Name: odd\nVersion: 1\n',
      'odd-1.dist-info/RECORD': '\0\n"\n,,,,\n',
    });
    const edited = await findEditedPackages(await listInstalled([site]), join(folder.path, 'env'));
    assert.deepEqual(edited, [{ name: 'x', version: '1', first: 'edited.py', count: 3 }]);

    // What was not written to since its package was installed need not be read.
    const before = new Date(Date.now() - 60_000);
    await utimes(join(site, 'edited.py'), before, before);
    const touched = await findEditedPackages(await listInstalled([site]), join(folder.path, 'env'), {
      touched: true,
    });
    assert.deepEqual(touched, [{ name: 'x', version: '1', first: 'gone.py', count: 2 }]);
  });
});
