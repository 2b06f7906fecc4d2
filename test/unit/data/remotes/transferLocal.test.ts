/** Objects between a cache and a remote in a folder: what arrives, what is missing, what is wrong, what is refused. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { objectKey, type ObjectId } from '../../../../src/data/objectId.ts';
import { fetchObjects } from '../../../../src/data/remotes/fetchObjects.ts';
import { openObjectStore } from '../../../../src/data/remotes/openObjectStore.ts';
import { pushObjects } from '../../../../src/data/remotes/pushObjects.ts';
import type { TransferResult } from '../../../../src/data/remotes/transferResult.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('transfers with a remote in a folder', () => {
  let folder: TemporaryFolder;
  let remote: string;
  let cache: { cacheFolder: string; sharedWithGroup: boolean };

  beforeEach(async () => {
    folder = await temporaryFolder();
    remote = join(folder.path, 'the remote');
    cache = { cacheFolder: join(folder.path, 'cache'), sharedWithGroup: false };
  });
  afterEach(() => folder.remove());

  const open = () => openObjectStore({ name: 'r', url: remote, options: {} });

  it('fetches what is there and names what is not', async () => {
    const here = await put(remote, 'hello\n');
    const gone = idOf('nobody has this');
    const result = await fetchObjects(await open(), [{ id: here }, { id: gone }, { id: here }], cache);
    assert.deepEqual(summary(result), { transferred: [here.value], missing: [gone.value], failed: [] });
    const path = join(cache.cacheFolder, objectKey(here));
    assert.equal(await readFile(path, 'utf8'), 'hello\n');
    assert.equal((await stat(path)).mode & 0o777, 0o444);
    assert.deepEqual(await filesBelow(cache.cacheFolder), [objectKey(here)]);
    assert.equal((await fetchObjects(await open(), [{ id: here }], cache)).alreadyThere, 1);
  });

  it('keeps nothing of an object whose content is wrong', async () => {
    const id = idOf('right');
    await putAs(remote, objectKey(id), 'wrong');
    const result = await fetchObjects(await open(), [{ id }], cache);
    assert.deepEqual(summary(result), { transferred: [], missing: [], failed: ['wrong-content'] });
    assert.deepEqual(await filesBelow(cache.cacheFolder), []);
  });

  it('takes an object of DVC 2 by the hash of its text', async () => {
    const id: ObjectId = { algorithm: 'md5-dos2unix', value: md5('one\ntwo\n') };
    await putAs(remote, objectKey(id), 'one\r\ntwo\r\n');
    const result = await fetchObjects(await open(), [{ id }], cache);
    assert.deepEqual(summary(result), { transferred: [id.value], missing: [], failed: [] });
    assert.equal(await readFile(join(cache.cacheFolder, objectKey(id)), 'utf8'), 'one\r\ntwo\r\n');
  });

  it('tells before the first byte that the disk is too small', async () => {
    const id = await put(remote, 'small after all');
    await assert.rejects(fetchObjects(await open(), [{ id, size: 1e18 }], cache), { code: 'disk-too-small' });
    await assert.rejects(fetchObjects(await open(), [{ id }], cache, {}, { expectedBytes: 1e18 }), {
      code: 'disk-too-small',
    });
    assert.deepEqual(await filesBelow(cache.cacheFolder), []);
  });

  it('pushes the files of a folder and then its listing', async () => {
    const one = await put(cache.cacheFolder, 'one');
    const two = await put(cache.cacheFolder, '');
    const listing = await putListing(cache.cacheFolder, { one, two });
    const result = await pushObjects(await open(), [{ id: listing }], cache);
    assert.deepEqual(result.transferred.at(-1), listing);
    assert.deepEqual(await filesBelow(remote), [one, two, listing].map(objectKey).sort());
    assert.equal((await stat(join(remote, objectKey(one)))).mode & 0o777, 0o444);
    const again = await pushObjects(await open(), [{ id: listing }], cache);
    assert.deepEqual([again.alreadyThere, again.bytes, again.transferred], [3, 0, []]);
  });

  it('pushes no listing of which a file is missing, and not its good files in vain', async () => {
    const one = await put(cache.cacheFolder, 'one');
    const gone = idOf('gone');
    const listing = await putListing(cache.cacheFolder, { one, gone });
    const result = await pushObjects(await open(), [{ id: listing }], cache);
    assert.deepEqual(summary(result), {
      transferred: [one.value],
      missing: [gone.value],
      failed: ['folder-incomplete'],
    });
    assert.deepEqual(await filesBelow(remote), [objectKey(one)]);
  });

  it('does not take a listing on the remote for a promise of its files', async () => {
    const one = await put(cache.cacheFolder, 'one');
    const listing = await putListing(cache.cacheFolder, { one });
    await putListing(remote, { one });
    assert.deepEqual((await pushObjects(await open(), [{ id: listing }], cache)).transferred, [one]);
  });

  it('sends an object again of which the remote has a part', async () => {
    const id = await put(cache.cacheFolder, 'all of it');
    await putAs(remote, objectKey(id), 'all');
    assert.deepEqual((await pushObjects(await open(), [{ id }], cache)).transferred, [id]);
    assert.equal(await readFile(join(remote, objectKey(id)), 'utf8'), 'all of it');
  });

  it('names a corrupt object of the cache and does not spread it', async () => {
    const id = idOf('right');
    await putAs(cache.cacheFolder, objectKey(id), 'wrong');
    const result = await pushObjects(await open(), [{ id }], cache);
    assert.deepEqual(summary(result).failed, ['cache-object-corrupt']);
    assert.deepEqual(await filesBelow(remote), []);
  });

  it('leaves nothing half-written when it is cancelled', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, (_, index) => put(remote, `object ${index}`)));
    const cancel = new AbortController();
    const fetching = fetchObjects(
      await open(),
      ids.map(id => ({ id })),
      cache,
      { signal: cancel.signal },
    );
    cancel.abort(new Error('enough'));
    await assert.rejects(fetching, /enough/);
    for (const key of await filesBelow(join(cache.cacheFolder, 'files')))
      assert.match(await readFile(join(cache.cacheFolder, 'files', key), 'utf8'), /^object \d+$/);
  });

  it('says of a cache that cannot be written to that it is the cache', async () => {
    const id = await put(remote, 'hello');
    await writeFile(cache.cacheFolder, 'a file in the place of the folder');
    await assert.rejects(fetchObjects(await open(), [{ id }], cache), { code: 'cache-not-writable' });
  });

  it('lists, and removes what is not there without complaint', async () => {
    const one = await put(remote, 'one');
    const two = await put(remote, 'two');
    const store = await open();
    const keys: string[] = [];
    for await (const { key } of store.list(objectKey(one).slice(0, 12))) keys.push(key);
    assert.deepEqual(keys, [objectKey(one)]);
    await store.remove([objectKey(two), 'files/md5/00/nothing']);
    assert.deepEqual(await filesBelow(remote), [objectKey(one)]);
    await rm(remote, { recursive: true });
    await assert.rejects(
      async () => {
        for await (const found of store.list('')) assert.fail(found.key);
      },
      { code: 'remote-not-found' },
    );
  });
});

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function idOf(text: string): ObjectId {
  return { algorithm: 'md5', value: md5(text) };
}

async function put(folder: string, text: string): Promise<ObjectId> {
  await putAs(folder, objectKey(idOf(text)), text);
  return idOf(text);
}

async function putListing(folder: string, files: Record<string, ObjectId>): Promise<ObjectId> {
  const text = JSON.stringify(Object.entries(files).map(([relpath, id]) => ({ md5: id.value, relpath })));
  const id: ObjectId = { algorithm: 'md5', value: `${md5(text)}.dir` };
  await putAs(folder, objectKey(id), text);
  return id;
}

async function putAs(folder: string, key: string, text: string): Promise<void> {
  const path = join(folder, key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function summary(result: TransferResult): { transferred: string[]; missing: string[]; failed: string[] } {
  return {
    transferred: result.transferred.map(id => id.value),
    missing: result.missing.map(id => id.value),
    failed: result.failed.map(failure => failure.error.code),
  };
}
