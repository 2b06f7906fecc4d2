/**
 * One remote, two tools: what Lockstep pushes the real dvc pulls, and the other way round, on every kind of remote
 * that a server can be had for. Both read the same `.dvc/config`.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { openDataRepository } from '../../../src/data/config/openDataRepository.ts';
import { objectKey, type ObjectId } from '../../../src/data/objectId.ts';
import { fetchObjects } from '../../../src/data/remotes/fetchObjects.ts';
import { listedObjects } from '../../../src/data/remotes/listedObjects.ts';
import { loadSdk } from '../../../src/data/remotes/loadSdk.ts';
import type { ObjectStore } from '../../../src/data/remotes/objectStore.ts';
import { openObjectStore } from '../../../src/data/remotes/openObjectStore.ts';
import { pushObjects } from '../../../src/data/remotes/pushObjects.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { azureConnection, startAzure, startS3 } from '../../helpers/remotes/cloudServers.ts';
import { sshServer, type SshServer } from '../../helpers/remotes/sshServer.ts';
import { cacheIn, provenObjects, summary } from '../../helpers/remotes/storedObjects.ts';
import { webServer } from '../../helpers/remotes/webServer.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { startDvc, type Dvc } from '../data/dvcWorker.ts';

const files: Readonly<Record<string, string>> = {
  'plain.txt': 'one\ntwo\n',
  'sub/with space': 'x'.repeat(70_000),
  'sub/naïve 数据.csv': 'a,b\r\n',
  empty: '',
};

describe('remotes shared with dvc', function () {
  this.timeout(240_000);
  let folder: TemporaryFolder;
  let root: string;
  let dvc: Dvc;
  let listing: ObjectId;
  let ssh: SshServer | undefined;
  const servers = new AsyncDisposableStack();
  const path = process.env['PATH'] ?? '';
  const where = new Map<string, readonly string[]>();

  before(async function () {
    const peer = peerOrSkip(this, 'dvcRemotes');
    const cloud = peerOrSkip(this, 'remoteServers');
    folder = await temporaryFolder();
    root = join(folder.path, 'repo');
    for (const name of ['repo', 'served', 'far', 'ssh']) await mkdir(join(folder.path, name));
    dvc = servers.use(await startDvc(peer, folder.path));
    await dvc.succeed(root, 'init', '--no-scm');
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(root, 'data', 'sub'), { recursive: true });
      await writeFile(join(root, 'data', name), text);
    }
    await dvc.succeed(root, 'add', 'data');
    const pin = await readFile(join(root, 'data.dvc'), 'utf8');
    listing = { algorithm: 'md5', value: /md5: (\w+\.dir)/.exec(pin)?.[1] ?? '' };

    const web = servers.use(await webServer(join(folder.path, 'served')));
    where.set('http', [`http://127.0.0.1:${web.port}/store`]);
    const s3 = servers.use(await startS3(cloud, folder.path));
    await fetch(`http://127.0.0.1:${s3.port}/bucket`, { method: 'PUT' });
    where.set('s3', [
      's3://bucket/some/store',
      ...[
        'endpointurl',
        `http://127.0.0.1:${s3.port}`,
        'access_key_id',
        'key',
        'secret_access_key',
        'secret',
      ],
      ...['region', 'us-east-1'],
    ]);
    const azure = await startAzure(folder.path);
    if (azure !== undefined) {
      servers.use(azure);
      const connection = azureConnection(azure.port);
      const { BlobServiceClient } = await loadSdk('azure');
      await BlobServiceClient.fromConnectionString(connection).createContainer('container');
      where.set('azure', ['azure://container/store', 'connection_string', connection]);
    }
    ssh = await sshServer(join(folder.path, 'ssh'));
    if (ssh !== undefined) {
      servers.use(ssh);
      await ssh.trust([`[127.0.0.1]:${ssh.line.port}`]);
      await mkdir(join(folder.path, '.ssh'));
      await writeFile(
        join(folder.path, '.ssh', 'known_hosts'),
        await readFile(join(folder.path, 'ssh', 'known')),
      );
      where.set('ssh', [
        `ssh://${ssh.user}@127.0.0.1:${ssh.line.port}${folder.path}/far/store`,
        ...['keyfile', ssh.keyFile],
      ]);
      process.env['PATH'] = `${ssh.programs}${delimiter}${path}`;
    }
    for (const [kind, [url = '', ...options]] of where)
      for (const direction of ['ours', 'theirs']) {
        const name = `${kind}-${direction}`;
        await dvc.succeed(root, 'remote', 'add', name, `${url}-${direction}`);
        for (let index = 0; index < options.length; index += 2)
          await dvc.succeed(
            root,
            'remote',
            'modify',
            '--local',
            name,
            options[index] ?? '',
            options[index + 1] ?? '',
          );
      }
  });
  after(async () => {
    process.env['PATH'] = path;
    await servers.disposeAsync();
    await folder.remove();
  });

  const open = async (name: string): Promise<ObjectStore> => {
    const repository = await openDataRepository(root, { ...process.env, HOME: folder.path });
    const settings = repository?.settings.remotes.find(remote => remote.name === name);
    assert.ok(settings, `.dvc/config names ${name}`);
    return openObjectStore(settings);
  };

  for (const kind of ['http', 's3', 'azure', 'ssh'])
    it(`gives dvc what Lockstep pushed, and takes what dvc pushed: ${kind}`, async function () {
      if (!where.has(kind)) this.skip();
      const cache = { cacheFolder: join(root, '.dvc', 'cache'), sharedWithGroup: false };
      const ours = await open(`${kind}-ours`);
      assert.deepEqual(summary(await pushObjects(ours, [{ id: listing }], cache)).failed, []);
      await ours.close();
      await dvc.succeed(root, 'push', '-r', `${kind}-theirs`);

      const other = cacheIn(folder.path, `cache of ${kind}`);
      const theirs = await open(`${kind}-theirs`);
      assert.deepEqual(summary(await fetchObjects(theirs, [{ id: listing }], other)).failed, []);
      const listed = await listedObjects(other.cacheFolder, listing);
      assert.deepEqual(summary(await fetchObjects(theirs, listed, other)), {
        transferred: Object.keys(files).length,
        missing: 0,
        failed: [],
      });
      assert.deepEqual(await provenObjects(other), await provenObjects(cache));
      assert.equal((await pushObjects(theirs, [{ id: listing }], cache)).alreadyThere, listed.length + 1);
      assert.equal(
        await theirs.size(objectKey(listing)),
        (await readFile(join(cache.cacheFolder, objectKey(listing)))).length,
      );
      await theirs.close();

      await rm(join(root, 'data'), { recursive: true });
      await rm(cache.cacheFolder, { recursive: true });
      await dvc.succeed(root, 'pull', '-r', `${kind}-ours`);
      for (const [name, text] of Object.entries(files))
        assert.equal(await readFile(join(root, 'data', name), 'utf8'), text, name);
    });
});
