import assert from 'node:assert/strict';
import { appendFile, chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openWholeListings } from '../../../../src/data/cache/wholeListings.ts';
import { storeOutputs } from '../../../../src/data/cache/storeOutputs.ts';
import type { ObjectId } from '../../../../src/data/objectId.ts';
import { DataPool } from '../../../../src/data/workers/dataPool.ts';
import { testData, type TestData } from '../../../helpers/dataRepository.ts';
import { waitFor } from '../../../helpers/waitFor.ts';

describe('folder objects that are whole in the cache', () => {
  const pool = new DataPool(2);
  let data: TestData;
  let object: ObjectId;
  beforeEach(async () => {
    data = await testData({ linkTypes: ['copy'] }, pool);
    await data.write({ 'd/a.txt': 'one', 'd/sub/b.txt': 'two' });
    const [stored] = await storeOutputs(data.repository, ['d'], data.tools, {});
    assert.ok(stored?.object);
    object = stored.object;
    // Believed once the clock of the file system has gone on.
    await waitFor('the cache to be left alone for a moment', async () => {
      await openWholeListings(data.repository).save([object]);
      return openWholeListings(data.repository).has(object);
    });
  });
  afterEach(async () => {
    await data[Symbol.asyncDispose]();
  });
  after(() => pool.close());

  const isKnown = (): boolean => openWholeListings(data.repository).has(object);
  const path = (value: string): string => data.tools.cache.pathOf({ algorithm: 'md5', value });
  const md5OfOne = 'f97c5d29941bfb1b2fdab0874906ab82';

  for (const [what, change] of [
    ['an object goes', () => rm(path(md5OfOne))],
    ['an object comes', () => writeFile(`${path(md5OfOne)}0`, '')],
    ['a folder of objects goes', () => rm(join(path(md5OfOne), '..'), { recursive: true })],
    [
      'the listing is written to',
      async () => {
        await chmod(path(object.value), 0o644);
        await appendFile(path(object.value), ' ');
      },
    ],
    ['the whole cache goes', () => rm(data.tools.cache.folder, { recursive: true })],
    [
      'what was remembered is no longer readable',
      () => writeFile(join(data.repository.stateFolder, 'hashes', 'whole.json'), '{"version":1}'),
    ],
  ] as const)
    it(`are looked for again when ${what}`, async () => {
      await change();
      assert.equal(isKnown(), false);
    });

  it('are not remembered when the cache changed while it was looked at', async () => {
    const other: ObjectId = { algorithm: 'md5', value: object.value };
    await rm(join(data.repository.stateFolder, 'hashes', 'whole.json'));
    const opened = openWholeListings(data.repository);
    await rm(path(md5OfOne));
    await opened.save([other]);
    assert.equal(isKnown(), false);
  });

  it('are others where the cache is another', () => {
    const elsewhere = data.with({ cacheFolder: join(data.root, 'other cache') });
    assert.equal(openWholeListings(elsewhere).has(object), false);
  });
});
