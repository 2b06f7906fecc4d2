/** What an environment costs is told from what is known: sizes of installed files, and notes of the last time. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import { environmentHome } from '../../../../src/environments/python/environmentFolders.ts';
import { installedSize, recordedBytes } from '../../../../src/reproduction/forecast/installedSize.ts';
import { untilCodeIsHere } from '../../../../src/reproduction/forecast/lookAtEnvironment.ts';
import { noteMade, readMade } from '../../../../src/reproduction/restore/madeEnvironments.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('the cost of an environment', () => {
  it('is the size of what is installed here under the same version, and says of how many it is not known', async () => {
    await using folder = await temporaryFolder();
    const record = 'a/__init__.py,sha256=x,120\r\n"a/b,c.py",sha256=y,1000\na/x.pyc,,\nRECORD,,\n';
    for (const [name, text] of [
      ['Some_Package-1.0.dist-info', record],
      ['other-2.0.dist-info', 'o.py,sha256=z,7\n'],
    ] as const) {
      await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, name, 'RECORD'), text);
    }
    const packages = [
      { name: 'some-package', version: '1.0' },
      { name: 'other', version: '1.9' },
      { name: 'gone', version: '1' },
    ];
    assert.deepEqual(await installedSize(packages, [folder.path, '/nowhere', 'relative']), {
      bytes: 1120,
      unknown: 2,
    });
  });

  it('is a sum that holds whatever somebody wrote into a record', () => {
    const line = fc.oneof(
      fc.string(),
      fc.nat().map(size => `a,b,${size}`),
      fc.constant(`a,,${'9'.repeat(15)}`),
    );
    fc.assert(
      fc.property(fc.array(line), lines => {
        const bytes = recordedBytes(lines.join('\n'));
        assert.ok(Number.isSafeInteger(bytes) && bytes >= 0);
      }),
    );
  });

  it('is nothing where it was made before and lies here, and what it took else', async () => {
    await using folder = await temporaryFolder();
    const home = environmentHome(folder.path, 'abc');
    const build = join(home, '0123abcd');
    assert.equal(await readMade(folder.path, 'key'), undefined);
    await noteMade(folder.path, 'key', { tookMs: 1500, folder: build });
    assert.deepEqual(await readMade(folder.path, 'key'), { tookMs: 1500, isHere: false });
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'current'), '0123abcd');
    // Found ready: the time is that of when it was made.
    await noteMade(folder.path, 'key', { folder: build });
    assert.deepEqual(await readMade(folder.path, 'key'), { tookMs: 1500, isHere: true });
    await writeFile(join(dirname(build), 'current'), 'fedc9876');
    assert.deepEqual(await readMade(folder.path, 'key'), { tookMs: 1500, isHere: false });
  });
});

describe('an image that is gone', () => {
  const problem = new LockstepError({ code: 'image-gone', message: 'gone' });
  const item = { ingredient: 'environment', what: 'image abc', availability: 'gone' } as const;
  const look = { items: [item], text: 'gone', problem, differences: [] };

  it('is not called gone before the code that could build it is here', () => {
    const seen = untilCodeIsHere(look, { tree: undefined, missing: undefined });
    assert.equal(seen.problem, undefined);
    assert.equal(seen.items[0]?.availability, 'unknown');
    assert.match(seen.items[0].reason ?? '', /seen when the code of the run is here$/);
  });

  it('is gone where its code is here, is gone too, or is of no repository', () => {
    for (const code of [
      { tree: {}, missing: undefined },
      { tree: undefined, missing: 'snapshot' },
      undefined,
    ])
      assert.equal(untilCodeIsHere(look, code), look);
  });
});
