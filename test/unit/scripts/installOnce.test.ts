import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from '../../../scripts/provision/cacheFolder.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('installOnce', () => {
  let cache: TemporaryFolder;
  const earlier = process.env['LOCKSTEP_TEST_CACHE'];

  beforeEach(async () => {
    cache = await temporaryFolder();
    process.env['LOCKSTEP_TEST_CACHE'] = join(cache.path, 'made when needed');
  });
  afterEach(async () => {
    if (earlier === undefined) delete process.env['LOCKSTEP_TEST_CACHE'];
    else process.env['LOCKSTEP_TEST_CACHE'] = earlier;
    await cache.remove();
  });

  const part = (text: string) => (folder: string) => writeFile(join(folder, 'part'), text);

  it('installs once and finds it again', async () => {
    const first = await installOnce('a-1', part('first'));
    const second = await installOnce('a-1', part('second'));
    assert.equal(second, first);
    assert.equal(await readFile(join(first, 'part'), 'utf8'), 'first');
  });

  it('gives one whole part to two that install at once', async () => {
    const both = await Promise.all([installOnce('a-1', part('x')), installOnce('a-1', part('x'))]);
    assert.equal(both[0], both[1]);
    assert.deepEqual(await readdir(join(cache.path, 'made when needed')), ['a-1']);
  });

  it('leaves nothing behind when it fails, and tries again the next time', async () => {
    await assert.rejects(
      installOnce('a-1', async folder => {
        await part('half')(folder);
        throw new Error('no network');
      }),
      /no network/,
    );
    assert.deepEqual(await readdir(join(cache.path, 'made when needed')), []);
    assert.ok(existsSync(await installOnce('a-1', part('whole'))));
  });
});
