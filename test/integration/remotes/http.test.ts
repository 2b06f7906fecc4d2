/** A remote behind a plain web server, whole and with every fault that such servers and the lines to them have. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchObjects } from '../../../src/data/remotes/fetchObjects.ts';
import type { ObjectStore } from '../../../src/data/remotes/objectStore.ts';
import { openObjectStore } from '../../../src/data/remotes/openObjectStore.ts';
import { pushObjects } from '../../../src/data/remotes/pushObjects.ts';
import { faultyLine, type FaultyLine } from '../../helpers/remotes/faultyLine.ts';
import { itBehavesAsRemote } from '../../helpers/remotes/remoteBehaviour.ts';
import {
  cacheIn,
  provenObjects,
  putObject,
  seededBytes,
  summary,
} from '../../helpers/remotes/storedObjects.ts';
import { webServer, type WebServer } from '../../helpers/remotes/webServer.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('a remote on HTTP', () => {
  let folder: TemporaryFolder;
  let server: WebServer;
  let line: FaultyLine;

  before(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, 'served'));
    server = await webServer(join(folder.path, 'served'));
    line = await faultyLine(server.port);
  });
  after(async () => {
    await line[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await folder.remove();
  });
  afterEach(() =>
    server.behave({ ranges: true, packs: false, head: true, authorization: undefined, elsewhere: undefined }),
  );

  const open = (place: string, options: Record<string, string> = {}): Promise<ObjectStore> =>
    openObjectStore({
      name: 'web',
      url: `http://ann:s%2Fcret@127.0.0.1:${line.port}/${place.split('/').map(encodeURIComponent).join('/')}`,
      options: { user: 'ann', password: 's/cret', ...options },
    });

  itBehavesAsRemote(true, () => ({ open, line, lists: false, secrets: ['s/cret', 'cy9jcmV0'] }));

  const cases: readonly (readonly [string, Parameters<WebServer['behave']>[0]])[] = [
    ['cannot send a part', { ranges: false }],
    ['packs what it sends', { packs: true }],
    ['does not know HEAD', { head: false }],
    ['wants to know who asks', { authorization: `Basic ${Buffer.from('ann:s/cret').toString('base64')}` }],
  ];
  for (const [what, behaviour] of cases)
    it(`works with a server that ${what}`, async () => {
      const store = await open(what);
      const cache = cacheIn(folder.path, what);
      const id = await putObject(cache, seededBytes(300_000, what));
      server.behave(behaviour);
      assert.deepEqual(summary(await pushObjects(store, [{ id }], cache)).failed, []);
      line.cut('received', 100_000);
      const other = cacheIn(folder.path, `${what}, other`);
      assert.deepEqual(summary(await fetchObjects(store, [{ id }], other, {}, { firstWaitMs: 5 })), {
        transferred: 1,
        missing: 0,
        failed: [],
      });
      assert.deepEqual(await provenObjects(other), [id.value]);
      assert.equal((await pushObjects(store, [{ id }], cache)).alreadyThere, 1);
      await store.close();
    });

  it('does not tell another host who we are', async () => {
    const store = await open('moved');
    const id = await putObject(cacheIn(folder.path, 'moved'), 'moved');
    await pushObjects(store, [{ id }], cacheIn(folder.path, 'moved'));
    await using elsewhere = await webServer(join(folder.path, 'served'));
    elsewhere.behave({ authorization: `Basic ${Buffer.from('ann:s/cret').toString('base64')}` });
    server.behave({ elsewhere: `http://127.0.0.1:${elsewhere.port}` });
    const { failed } = await fetchObjects(store, [{ id }], cacheIn(folder.path, 'moved, other'));
    assert.deepEqual(
      failed.map(failure => failure.error.code),
      ['remote-access-denied'],
    );
    await store.close();
  });

  it('gives up on a server that is away without trying each object', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => ({
      id: { algorithm: 'md5' as const, value: index.toString(16).padStart(32, '0') },
    }));
    const store = await openObjectStore({ name: 'away', url: 'http://127.0.0.1:1/x', options: {} });
    const result = await fetchObjects(
      store,
      ids,
      cacheIn(folder.path, 'away'),
      {},
      { firstWaitMs: 1, tries: 2 },
    );
    assert.equal(result.failed.length, 500);
    assert.deepEqual([...new Set(result.failed.map(failure => failure.error.code))], ['remote-unreachable']);
    await store.close();
  });
});
