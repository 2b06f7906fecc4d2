/** A remote over SSH: a real server, the real `ssh`, and what protects a person from another server in its place. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fetchObjects } from '../../../src/data/remotes/fetchObjects.ts';
import type { ObjectStore } from '../../../src/data/remotes/objectStore.ts';
import { openObjectStore } from '../../../src/data/remotes/openObjectStore.ts';
import { pushObjects } from '../../../src/data/remotes/pushObjects.ts';
import { itBehavesAsRemote } from '../../helpers/remotes/remoteBehaviour.ts';
import { sshServer, type SshServer } from '../../helpers/remotes/sshServer.ts';
import { cacheIn, provenObjects, putObject, summary } from '../../helpers/remotes/storedObjects.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('a remote over SSH', () => {
  let folder: TemporaryFolder;
  let server: SshServer;
  const path = process.env['PATH'] ?? '';

  before(async function () {
    folder = await temporaryFolder();
    const started = await sshServer(folder.path);
    if (started === undefined) {
      if (process.env['CI'] === 'true') throw new Error('OpenSSH is missing.');
      this.skip();
    }
    server = started;
    await mkdir(join(folder.path, 'remote'));
    process.env['PATH'] = `${server.programs}${delimiter}${path}`;
  });
  after(async () => {
    process.env['PATH'] = path;
    await (server as SshServer | undefined)?.[Symbol.asyncDispose]();
    await folder.remove();
  });
  const hostName = (): string => `[127.0.0.1]:${server.line.port}`;
  beforeEach(async () => {
    await server.trust([hostName()]);
    await server.configure('');
  });

  const open = (
    place: string,
    options: Record<string, string> = {},
    host = `127.0.0.1:${server.line.port}`,
  ) =>
    openObjectStore({
      name: 'far',
      url: `ssh://${server.user}@${host}${folder.path}/remote/${place}`,
      options,
    });

  itBehavesAsRemote(false, () => ({ open, line: server.line, lists: true, secrets: [] }));

  const refused = async (store: ObjectStore): Promise<string | undefined> => {
    const cache = cacheIn(folder.path, 'refused');
    const id = await putObject(cache, 'for nobody else');
    const sent = server.line.sent;
    const { failed } = await pushObjects(store, [{ id }], cache, {}, { firstWaitMs: 1, tries: 2 })
      .finally(() => store.close())
      .catch((error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error);
        return { failed: [{ error: error as Error & { code: string } }] };
      });
    assert.ok(server.line.sent - sent < 20_000);
    return failed[0]?.error.code;
  };

  it('refuses a host whose key has changed, and one that is not known', async () => {
    await server.trust([hostName()], 'wrong');
    assert.equal(await refused(await open('x')), 'remote-host-key');
    await server.trust([]);
    assert.equal(await refused(await open('x')), 'remote-host-key');
  });

  it('takes a new host where the configuration says so, remembers it, and refuses another key later', async () => {
    await server.trust([]);
    await server.configure('StrictHostKeyChecking accept-new');
    const store = await open('accepted');
    const cache = cacheIn(folder.path, 'accepted');
    const id = await putObject(cache, 'accepted');
    assert.deepEqual(summary(await pushObjects(store, [{ id }], cache)).failed, []);
    await store.close();
    await server.trust([hostName()], 'wrong');
    assert.equal(await refused(await open('x')), 'remote-host-key');
  });

  it('says that the key of the person is refused', async () => {
    await server.configure('IdentityFile /dev/null');
    const store = await open('x', { keyfile: join(folder.path, 'other') });
    await server.configure(`Host *\nPubkeyAuthentication no`);
    assert.equal(await refused(store), 'remote-access-denied');
  });

  it('goes through a jump host and by a name of the configuration', async () => {
    await server.trust([hostName(), `[localhost]:${server.line.port}`]);
    await server.configure(
      [
        `Host inner`,
        'HostName 127.0.0.1',
        `Port ${server.line.port}`,
        // Not ProxyJump, which does not quote the path of the configuration.
        `ProxyCommand "${server.programs}/ssh" -p ${server.line.port} -W %h:%p localhost`,
        '',
      ].join('\n'),
    );
    const cache = cacheIn(folder.path, 'jump');
    const id = await putObject(cache, 'behind the jump host');
    const store = await open('jump', { keyfile: server.keyFile }, 'inner');
    assert.deepEqual(summary(await pushObjects(store, [{ id }], cache)).failed, []);
    const other = cacheIn(folder.path, 'jump, other');
    assert.deepEqual(summary(await fetchObjects(store, [{ id }], other)).failed, []);
    assert.deepEqual(await provenObjects(other), [id.value]);
    await store.close();
  });

  for (const url of [
    'ssh://-oProxyCommand=touch%20x/y',
    'ssh://a b/c',
    'ssh:///only/a/path',
    'ssh://-l@host/x',
  ])
    it(`refuses ${url}, which could be taken for an option`, async () => {
      await assert.rejects(openObjectStore({ name: 'evil', url, options: {} }), { code: 'remote-setting' });
    });
});
