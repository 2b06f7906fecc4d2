/** Remotes in the clouds, against servers that speak their protocols: S3, Azure Blob Storage, Google Cloud Storage. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../../scripts/provision/cacheFolder.ts';
import { objectKey } from '../../../src/data/objectId.ts';
import { fetchObjects } from '../../../src/data/remotes/fetchObjects.ts';
import { loadSdk } from '../../../src/data/remotes/loadSdk.ts';
import type { ObjectStore } from '../../../src/data/remotes/objectStore.ts';
import { openObjectStore } from '../../../src/data/remotes/openObjectStore.ts';
import { pushObjects } from '../../../src/data/remotes/pushObjects.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import {
  azureAccount,
  azureConnection,
  startAzure,
  startGcs,
  startS3,
} from '../../helpers/remotes/cloudServers.ts';
import { faultyLine, type FaultyLine } from '../../helpers/remotes/faultyLine.ts';
import { itBehavesAsRemote } from '../../helpers/remotes/remoteBehaviour.ts';
import type { StartedServer } from '../../helpers/remotes/startServer.ts';
import {
  cacheIn,
  provenObjects,
  putObject,
  seededBytes,
  summary,
} from '../../helpers/remotes/storedObjects.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

/** Nothing of the developer's own accounts may take part. */
const foreign = /^(AWS_|AZURE_|GOOGLE_|GCLOUD_|CLOUDSDK_|STORAGE_EMULATOR_HOST)/;

describe('remotes in the clouds', () => {
  let folder: TemporaryFolder;
  let server: StartedServer | undefined;
  let line: FaultyLine;
  const kept = { ...process.env };

  before(async () => {
    folder = await temporaryFolder();
    for (const name of Object.keys(process.env))
      if (foreign.test(name)) Reflect.deleteProperty(process.env, name);
    // Another home has another cache folder, where nothing is installed.
    process.env['LOCKSTEP_TEST_CACHE'] = cacheFolder();
    Object.assign(process.env, { HOME: folder.path, AWS_EC2_METADATA_DISABLED: 'true' });
  });
  after(async () => {
    delete process.env['LOCKSTEP_TEST_CACHE'];
    Object.assign(process.env, kept);
    await folder.remove();
  });
  const begin = async (started: StartedServer | undefined): Promise<void> => {
    server = started;
    if (started !== undefined) line = await faultyLine(started.port);
  };
  const end = async (): Promise<void> => {
    if (server === undefined) return;
    await line[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    server = undefined;
  };

  describe('S3', () => {
    const keys = { access_key_id: 'AKIAEXAMPLE', secret_access_key: 'a+secret/of=S3' };
    const open = (place: string, options: Record<string, string> = keys): Promise<ObjectStore> =>
      openObjectStore({
        name: 's3',
        url: `s3://bucket/${place}`,
        options: { endpointurl: `http://127.0.0.1:${line.port}`, ...options },
      });

    before(async function () {
      await begin(await startS3(peerOrSkip(this, 'remoteServers'), folder.path));
      const made = await fetch(`http://127.0.0.1:${server?.port ?? 0}/bucket`, { method: 'PUT' });
      assert.equal(made.status, 200, await made.text());
    });
    after(end);

    itBehavesAsRemote(true, () => ({ open, line, lists: true, secrets: Object.values(keys) }));

    it('sends a large object in parts, and fetches it whole', async () => {
      const store = await open('parts');
      const cache = cacheIn(folder.path, 'parts');
      const id = await putObject(cache, Buffer.alloc(70 * 1024 * 1024, seededBytes(1024 * 1024, 'large')));
      line.cut('sent', 20_000_000);
      assert.deepEqual(summary(await pushObjects(store, [{ id }], cache, {}, { firstWaitMs: 5 })).failed, []);
      const other = cacheIn(folder.path, 'parts, other');
      assert.deepEqual(summary(await fetchObjects(store, [{ id }], other)).failed, []);
      assert.deepEqual(await provenObjects(other), [id.value]);
      await store.close();
    });

    it('names a bucket that is not there, and credentials that have expired', async () => {
      const store = await openObjectStore({
        name: 's3',
        url: 's3://nowhere/x',
        options: { endpointurl: `http://127.0.0.1:${line.port}`, ...keys },
      });
      const id = await putObject(cacheIn(folder.path), 'nowhere');
      const failed = async (from: ObjectStore): Promise<string[]> =>
        summary(await fetchObjects(from, [{ id }], cacheIn(folder.path, 'none'), {}, { firstWaitMs: 5 }))
          .failed;
      assert.deepEqual(await failed(store), ['remote-not-found']);
      line.answer('400 Bad Request\r\nContent-Type: application/xml\r\nX-Amz-Error-Code: ExpiredToken');
      assert.equal((await failed(await open('x'))).length, 1);
      await store.close();
    });

    it('finds the person in a profile, in the environment, or nowhere', async () => {
      const id = await putObject(cacheIn(folder.path), 'who');
      const failed = async (options: Record<string, string>): Promise<string[]> => {
        const store = await open('who', options);
        const result = await pushObjects(store, [{ id }], cacheIn(folder.path), {}, { firstWaitMs: 5 });
        await store.remove([objectKey(id)]).catch(() => undefined);
        await store.close();
        return summary(result).failed;
      };
      const none = await failed({}).catch((error: unknown) => [(error as { code: string }).code]);
      assert.deepEqual(none, ['remote-credentials']);
      const file = join(folder.path, 'my credentials');
      await writeFile(file, '[team]\naws_access_key_id = AKIATEAM\naws_secret_access_key = x\n');
      assert.deepEqual(await failed({ profile: 'team', credentialpath: file }), []);
      process.env['AWS_ACCESS_KEY_ID'] = 'AKIAENV';
      process.env['AWS_SECRET_ACCESS_KEY'] = 'y';
      assert.deepEqual(await failed({}), []);
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
      assert.deepEqual(await failed({ allow_anonymous_login: 'true' }), []);
    });
  });

  describe('Azure', () => {
    const open = (place: string): Promise<ObjectStore> =>
      openObjectStore({
        name: 'azure',
        url: `azure://container/${place}`,
        options: { connection_string: azureConnection(line.port) },
      });

    before(async function () {
      const started = await startAzure(folder.path);
      if (started === undefined) {
        if (process.env['CI'] === 'true')
          throw new Error('azurite is missing: npm test -- interop installs it.');
        this.skip();
      }
      await begin(started);
      const { BlobServiceClient } = await loadSdk('azure');
      await BlobServiceClient.fromConnectionString(azureConnection(started.port)).createContainer(
        'container',
      );
    });
    after(end);

    itBehavesAsRemote(true, () => ({ open, line, lists: true, secrets: [azureAccount.key] }));

    it('does not repeat a connection string that cannot be read', async () => {
      const settings = { name: 'a', url: 'azure://c/x', options: { connection_string: 'AccountKey=hush' } };
      await assert.rejects(openObjectStore(settings), (error: Error) => !error.message.includes('hush'));
    });
  });

  describe('Google Cloud Storage', () => {
    const open = (place: string): Promise<ObjectStore> =>
      openObjectStore({
        name: 'gs',
        url: `gs://bucket/${place}`,
        options: { endpointurl: `http://127.0.0.1:${line.port}`, allow_anonymous_login: 'true' },
      });

    before(async function () {
      await begin(await startGcs(peerOrSkip(this, 'remoteServers'), folder.path));
      const made = await fetch(`http://127.0.0.1:${server?.port ?? 0}/storage/v1/b?project=p`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'bucket' }),
      });
      assert.equal(made.status, 200, await made.text());
    });
    after(end);

    itBehavesAsRemote(true, () => ({ open, line, lists: true, secrets: [] }));
  });
});
