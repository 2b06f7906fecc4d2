/** Remotes that keep versions by path (`version_aware`): what the real dvc pushed to a versioned bucket, fetched by its pins. */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkoutData } from '../../../src/data/operations/checkoutData.ts';
import { commitData } from '../../../src/data/operations/commitData.ts';
import type { DataProject } from '../../../src/data/operations/dataProject.ts';
import { fetchData } from '../../../src/data/operations/fetchData.ts';
import { openDataProject } from '../../../src/data/operations/openDataProject.ts';
import { pushData } from '../../../src/data/operations/pushData.ts';
import { readDataStatus } from '../../../src/data/operations/readDataStatus.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { startS3 } from '../../helpers/remotes/cloudServers.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { startDvc, type Dvc } from '../data/dvcWorker.ts';

const first: Readonly<Record<string, string>> = {
  'data/plain.txt': 'one\ntwo\n',
  'data/sub/naïve 数据.csv': 'a,b\r\n',
  'data/empty': '',
  'model.bin': 'a model '.repeat(10_000),
};
const second = { ...first, 'data/plain.txt': 'three\n', 'model.bin': 'another' };

describe('a remote that keeps versions by path, shared with dvc', function () {
  this.timeout(240_000);
  const servers = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let theirs: string;
  let ours: string;
  let dvc: Dvc;
  let project: DataProject;

  before(async function () {
    const peer = peerOrSkip(this, 'dvcRemotes');
    const cloud = peerOrSkip(this, 'remoteServers');
    folder = await temporaryFolder();
    [theirs, ours] = [join(folder.path, 'their repo'), join(folder.path, 'our repo')];
    await mkdir(theirs);
    const s3 = servers.use(await startS3(cloud, folder.path));
    const bucket = `http://127.0.0.1:${s3.port}/bucket`;
    await fetch(bucket, { method: 'PUT' });
    const versioned = await fetch(`${bucket}?versioning`, {
      method: 'PUT',
      body: '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
    });
    assert.equal(versioned.status, 200);
    dvc = servers.use(await startDvc(peer, folder.path));
    await dvc.succeed(theirs, 'init', '--no-scm');
    await dvc.succeed(theirs, 'remote', 'add', '-d', 'versions', 's3://bucket/some place');
    for (const [option, value] of Object.entries({
      endpointurl: `http://127.0.0.1:${s3.port}`,
      ...{ access_key_id: 'key', secret_access_key: 'secret', region: 'us-east-1', version_aware: 'true' },
    }))
      await dvc.succeed(theirs, 'remote', 'modify', 'versions', option, value);
    await pushed(first);
    await mkdir(ours);
    await cp(join(theirs, '.dvc', 'config'), join(ours, '.dvc', 'config'), { recursive: true });
    await takePins();
    project = await openDataProject(ours, scrubbedEnvironment(folder.path));
  });
  after(async () => {
    await servers.disposeAsync();
    await (folder as TemporaryFolder | undefined)?.remove();
  });

  it('fetches and places what dvc pushed, and both see nothing to do', async () => {
    assert.match(await readFile(join(ours, 'data.dvc'), 'utf8'), /version_id: [\w.-]+/);
    assert.deepEqual(await states(), ['data missing', 'model.bin missing']);
    const fetched = await fetchData(project, {}, {});
    assert.deepEqual([fetched.missing, fetched.problems, fetched.moved.files], [[], [], 4]);
    const placed = await checkoutData(project, {}, {});
    assert.deepEqual([placed.added, placed.missing, placed.problems], [['data', 'model.bin'], [], []]);
    await assertHolds(first);
    assert.deepEqual(await states(), ['data in-sync', 'model.bin in-sync']);
    assert.deepEqual(await dvc.json(ours, 'status'), {});
    assert.equal((await fetchData(project, {}, {})).moved.files, 0);
  });

  it('fetches the version that the pin names, also when the remote has a newer one', async () => {
    const pins = await Promise.all(['data.dvc', 'model.bin.dvc'].map(read));
    await pushed(second);
    await rm(join(ours, '.dvc', 'cache'), { recursive: true });
    await rm(join(ours, 'data'), { recursive: true });
    const again = await fetchData(project, {}, {});
    assert.deepEqual([again.missing, again.problems], [[], []]);
    await checkoutData(project, {}, {});
    await assertHolds(first);
    await takePins();
    assert.notDeepEqual(await Promise.all(['data.dvc', 'model.bin.dvc'].map(read)), pins);
    assert.deepEqual(await states(), ['data modified', 'model.bin modified']);
    assert.equal((await fetchData(project, {}, {})).moved.files, 2);
    await checkoutData(project, {}, {});
    await assertHolds(second);
    assert.deepEqual(await dvc.json(ours, 'status'), {});
  });

  it('fetches one file of a folder', async () => {
    await rm(join(ours, '.dvc', 'cache'), { recursive: true });
    await rm(join(ours, 'data'), { recursive: true });
    const paths = [join(ours, 'data', 'plain.txt')];
    assert.equal((await fetchData(project, { paths }, {})).moved.files, 1);
    await checkoutData(project, { paths }, {});
    assert.equal(await read('data/plain.txt'), second['data/plain.txt']);
    await fetchData(project, {}, {});
    await checkoutData(project, {}, {});
    await assertHolds(second);
  });

  it('leaves to dvc what only it writes, and says so', async () => {
    await writeFile(join(ours, 'model.bin'), 'mine');
    const { problems } = await commitData(project, {}, {});
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['model.bin'],
    );
    assert.equal((await pushData(project, {}, {})).moved.files, 0);
  });

  async function pushed(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(theirs, name, '..'), { recursive: true });
      await rm(join(theirs, name), { force: true });
      await writeFile(join(theirs, name), text);
    }
    await dvc.succeed(theirs, 'add', 'data', 'model.bin');
    await dvc.succeed(theirs, 'push');
  }

  async function takePins(): Promise<void> {
    for (const name of ['data.dvc', 'model.bin.dvc']) await cp(join(theirs, name), join(ours, name));
  }

  async function states(): Promise<string[]> {
    const { paths, problems } = await readDataStatus(project, {}, {});
    assert.deepEqual(problems, []);
    return paths.map(({ path, state }) => `${path} ${state}`);
  }

  async function assertHolds(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) assert.equal(await read(name), text, name);
  }

  function read(name: string): Promise<string> {
    return readFile(join(ours, name), 'utf8');
  }
});
