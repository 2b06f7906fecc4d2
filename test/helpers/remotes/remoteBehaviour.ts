/** What every remote must do, whichever protocol it speaks: one table of cases, run against each real server. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { objectKey } from '../../../src/data/objectId.ts';
import { fetchObjects } from '../../../src/data/remotes/fetchObjects.ts';
import type { ObjectStore } from '../../../src/data/remotes/objectStore.ts';
import { pushObjects } from '../../../src/data/remotes/pushObjects.ts';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder.ts';
import type { FaultyLine } from './faultyLine.ts';
import { smallDiskOrSkip } from './smallDisk.ts';
import {
  cacheIn,
  idOf,
  partsIn,
  provenObjects,
  putListing,
  putObject,
  putUnder,
  seededBytes,
  summary,
} from './storedObjects.ts';

export interface TestedRemote {
  /** A folder of the remote that no other case uses. */
  readonly open: (place: string) => Promise<ObjectStore>;
  readonly line: FaultyLine;
  readonly lists: boolean;
  /** Secrets of the configuration, which no message may hold. */
  readonly secrets: readonly string[];
}

/** Seeds the places at which lines are cut: told in the failure, so that it can be run again. */
const seed = process.env['LOCKSTEP_SEED'] ?? String(Date.now() % 100_000);
const quick = { firstWaitMs: 5 };
const bigSize = 3_000_000;

/** @param speaksHttp Whether the line can answer in its place with a status of HTTP. */
export function itBehavesAsRemote(speaksHttp: boolean, remote: () => TestedRemote): void {
  let folder: TemporaryFolder;
  let store: ObjectStore;
  let places = 0;

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await remote().open(`case ${(places += 1)}`);
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  it('takes a folder and gives it back, and sends nothing twice', async () => {
    const cache = cacheIn(folder.path);
    const files = {
      'big.bin': await putObject(cache, seededBytes(bigSize, 'big')),
      empty: await putObject(cache, ''),
      text: await putObject(cache, 'one\r\ntwo\n'),
    };
    const listing = await putListing(cache, files);
    const ids = [...Object.values(files), listing].map(id => ({ id }));
    const pushed = await pushObjects(store, [{ id: listing }], cache, {}, quick);
    assert.deepEqual(summary(pushed), { transferred: 4, missing: 0, failed: [] });
    assert.ok(pushed.bytes >= bigSize, 'bytes are counted');
    const again = await pushObjects(store, [{ id: listing }], cache, {}, quick);
    assert.deepEqual([again.alreadyThere, again.bytes], [4, 0]);

    const other = cacheIn(folder.path, 'other');
    assert.deepEqual(summary(await fetchObjects(store, ids, other, {}, quick)), {
      transferred: 4,
      missing: 0,
      failed: [],
    });
    assert.deepEqual(await provenObjects(other), ids.map(({ id }) => id.value).sort());
    assert.deepEqual(await partsIn(other), []);

    const gone = idOf('nobody has this');
    assert.deepEqual(summary(await fetchObjects(store, [{ id: gone }], other, {}, quick)), {
      transferred: 0,
      missing: 1,
      failed: [],
    });
    if (remote().lists) {
      const keys: string[] = [];
      for await (const { key, size } of store.list('files/md5/')) {
        keys.push(key);
        if (key === objectKey(files['big.bin'])) assert.equal(size, bigSize);
      }
      assert.deepEqual(keys.sort(), ids.map(({ id }) => objectKey(id)).sort());
      const [one] = keys;
      const below: string[] = [];
      for await (const { key } of store.list((one ?? '').slice(0, 13))) below.push(key);
      assert.deepEqual(below, [one]);
    } else
      await assert.rejects(
        async () => {
          for await (const found of store.list('')) assert.fail(found.key);
        },
        { code: 'remote-cannot-list' },
      );
    await store.remove([objectKey(listing), objectKey(gone)]);
    assert.equal(await store.size(objectKey(listing)), undefined);
  });

  it('goes on where the line was cut, at any byte, in both directions', async () => {
    const { line } = remote();
    const cache = cacheIn(folder.path);
    const id = await putObject(cache, seededBytes(bigSize, `cut ${seed}`));
    const cuts = [1, 2, 3].map(index => seededBytes(4, `${seed} ${index}`).readUInt32BE() % (bigSize / 4));
    const why = `LOCKSTEP_SEED=${seed}, cuts after ${cuts.join(', ')}`;
    for (const bytes of cuts.slice(0, 2)) line.cut('sent', bytes);
    const pushed = await pushObjects(store, [{ id }], cache, {}, quick);
    assert.deepEqual(summary(pushed), { transferred: 1, missing: 0, failed: [] }, why);
    assert.equal(await store.size(objectKey(id)), bigSize, why);

    const other = cacheIn(folder.path, 'other');
    const before = line.received;
    for (const bytes of cuts) line.cut('received', bytes);
    const fetched = await fetchObjects(store, [{ id }], other, {}, quick);
    assert.deepEqual(summary(fetched), { transferred: 1, missing: 0, failed: [] }, why);
    assert.deepEqual(await provenObjects(other), [id.value], why);
    assert.ok(line.received - before < bigSize * 1.7, `${why}: ${line.received - before} bytes came`);
  });

  it('keeps nothing of an object that the remote holds with wrong content', async () => {
    const cache = cacheIn(folder.path);
    const id = idOf('right');
    const path = join(folder.path, 'wrong');
    // Placed by a name that is no hash, so that no check of the server stands in the way.
    const wrong = await putUnder(cacheIn(folder.path, 'wrong'), id, 'wrong');
    const inside = await remote().open(`case ${places}/files`);
    await inside.write(
      objectKey(wrong).slice('files/'.length),
      { path: join(path, objectKey(wrong)), size: 5 },
      {},
    );
    await inside.close();
    assert.deepEqual(summary(await fetchObjects(store, [{ id }], cache, {}, quick)), {
      transferred: 0,
      missing: 0,
      failed: ['wrong-content'],
    });
    assert.deepEqual([await provenObjects(cache), await partsIn(cache)], [[], []]);
  });

  it('can be cancelled in the middle, and the next fetch brings only the rest', async () => {
    const { line } = remote();
    const cache = cacheIn(folder.path);
    const id = await putObject(cache, seededBytes(bigSize, 'cancelled'));
    await pushObjects(store, [{ id }], cache, {}, quick);
    const other = cacheIn(folder.path, 'other');
    const cancel = new AbortController();
    let arrived = 0;
    const before = line.received;
    const fetching = fetchObjects(store, [{ id }], other, {
      signal: cancel.signal,
      onProgress: progress => {
        arrived = progress.doneBytes;
        if (arrived > 0) cancel.abort(new Error('enough'));
      },
    });
    await assert.rejects(fetching, /enough/);
    assert.deepEqual(await provenObjects(other), []);
    assert.equal((await partsIn(other)).length, 1);
    const rest = await fetchObjects(store, [{ id }], other, {}, quick);
    assert.deepEqual(summary(rest), { transferred: 1, missing: 0, failed: [] });
    assert.deepEqual(await provenObjects(other), [id.value]);
    assert.ok(rest.bytes <= bigSize - arrived, `${rest.bytes} of ${bigSize} came after ${arrived}`);
    assert.ok(line.received > before);
    assert.deepEqual(await partsIn(other), []);
  });

  it('tries again when the line stalls', async () => {
    const { line } = remote();
    const cache = cacheIn(folder.path);
    const id = await putObject(cache, seededBytes(bigSize, 'stalled'));
    await pushObjects(store, [{ id }], cache, {}, quick);
    const other = cacheIn(folder.path, 'other');
    let told = false;
    const fetched = await fetchObjects(
      store,
      [{ id }],
      other,
      {
        onProgress: progress => {
          if (told || progress.doneBytes === 0) return;
          told = true;
          line.stall();
          setTimeout(() => line.resume(), 600);
        },
      },
      { ...quick, stallMs: 300 },
    );
    line.resume();
    assert.deepEqual(summary(fetched), { transferred: 1, missing: 0, failed: [] });
    assert.deepEqual(await provenObjects(other), [id.value]);
  });

  const itOverHttp = (title: string, body: () => Promise<void>): void => {
    if (speaksHttp) it(title, body);
  };

  itOverHttp('asks a busy server again when it says so, and tells a refusal without a secret', async () => {
    const { line, secrets } = remote();
    const cache = cacheIn(folder.path);
    const id = await putObject(cache, 'busy');
    await pushObjects(store, [{ id }], cache, {}, quick);
    const other = cacheIn(folder.path, 'other');
    line.answer('503 Slow Down\r\nRetry-After: 1', '503 Slow Down', '500 Internal Server Error');
    assert.deepEqual(summary(await fetchObjects(store, [{ id }], other, {}, quick)), {
      transferred: 1,
      missing: 0,
      failed: [],
    });
    line.answer('403 Forbidden');
    const { failed } = await fetchObjects(store, [{ id }], cacheIn(folder.path, 'third'), {}, quick);
    assert.deepEqual(
      failed.map(failure => failure.error.code),
      ['remote-access-denied'],
    );
    const words = JSON.stringify(failed.map(({ error }) => [error.message, error.mend]));
    for (const secret of secrets) assert.equal(words.includes(secret), false, words);
  });

  it('says that the disk is full, and leaves none of it taken', async function () {
    const disk = join(folder.path, 'disk');
    await mkdir(disk);
    await using mounted = await smallDiskOrSkip(this, disk, 2);
    assert.ok(mounted);
    const source = cacheIn(folder.path);
    const id = await putObject(source, seededBytes(bigSize, 'too large'));
    await pushObjects(store, [{ id }], source, {}, quick);
    const cache = cacheIn(disk);
    assert.deepEqual(summary(await fetchObjects(store, [{ id }], cache, {}, quick)).failed, ['disk-full']);
    assert.deepEqual([await provenObjects(cache), await partsIn(cache)], [[], []]);
    await assert.rejects(fetchObjects(store, [{ id, size: bigSize }], cache, {}, quick), {
      code: 'disk-too-small',
    });
  });
}
