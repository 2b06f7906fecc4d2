/** Git LFS files between git-lfs itself, a Git LFS server of somebody else, and Lockstep. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from '../../../src/base/runCommand.ts';
import { findLfsFiles } from '../../../src/data/lfs/findLfsFiles.ts';
import { hydrate } from '../../../src/data/lfs/hydrate.ts';
import { openLfsRepository, type LfsRepository } from '../../../src/data/lfs/lfsRepository.ts';
import { pushLfs } from '../../../src/data/lfs/pushLfs.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n';

describe('Git LFS with git-lfs', function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let server: { url: string; process: ChildProcess } | undefined;

  before(async function () {
    folder = await temporaryFolder();
    const found = await runCommand({ program: 'git', args: ['lfs', 'version'] });
    if (found.exitCode !== 0) {
      if (process.env['CI'] === 'true') throw new Error('git-lfs is missing: npm test installs it.');
      this.skip();
    }
  });
  after(async () => {
    if (server !== undefined) {
      const ended = once(server.process, 'exit');
      server.process.kill();
      await ended;
    }
    await folder.remove();
  });

  async function startServer(context: Mocha.Context): Promise<string> {
    if (server !== undefined) return server.url;
    const { python } = peerOrSkip(context, 'giftless');
    const config = join(folder.path, 'giftless.yaml');
    await writeFile(
      config,
      `AUTH_PROVIDERS:
  - giftless.auth.allow_anon:read_write
TRANSFER_ADAPTERS:
  basic:
    factory: giftless.transfer.basic_streaming:factory
    options:
      storage_class: giftless.storage.local_storage:LocalStorage
      storage_options:
        path: ${JSON.stringify(join(folder.path, 'giftless storage'))}
`,
    );
    const port = await freePort();
    const child = spawn(
      python,
      ['-m', 'flask', '--app', 'giftless.wsgi_entrypoint', 'run', '--port', String(port)],
      { cwd: folder.path, env: { ...process.env, GIFTLESS_CONFIG_FILE: config }, stdio: 'ignore' },
    );
    const url = `http://127.0.0.1:${port}`;
    await waitFor('the Git LFS server', () => fetch(url).then(() => true));
    server = { url: `${url}/someone/models`, process: child };
    return server.url;
  }

  /** A bare repository and a clone of it that works with git-lfs. */
  async function theirs(name: string, lfsUrl: string | undefined): Promise<GitRepository> {
    const bare = join(folder.path, `${name}.git`);
    const repository = await gitRepository();
    await runCommand({
      program: 'git',
      args: ['init', '--quiet', '--bare', '--initial-branch=main', bare],
      env: repository.environment,
    });
    await repository.git('remote', 'add', 'origin', pathToFileURL(bare).href);
    await repository.git('config', 'user.name', 'A Tester');
    await repository.git('config', 'user.email', 'tester@example.invalid');
    await repository.git('lfs', 'install', '--local');
    if (lfsUrl !== undefined) await repository.git('config', 'lfs.url', lfsUrl);
    return repository;
  }

  async function clone(
    from: GitRepository,
    name: string,
    lfsUrl: string | undefined,
  ): Promise<GitRepository> {
    const root = join(folder.path, name);
    await from.git(
      'clone',
      '--quiet',
      '--config',
      'lfs.concurrenttransfers=3',
      await from.git('remote', 'get-url', 'origin'),
      root,
    );
    const git = async (...args: string[]): Promise<string> => {
      const outcome = await runCommand({ program: 'git', args, cwd: root, env: from.environment });
      assert.equal(outcome.exitCode, 0, outcome.stderr);
      return outcome.stdout.toString('utf8').trimEnd();
    };
    if (lfsUrl !== undefined) await git('config', 'lfs.url', lfsUrl);
    return { ...from, root, git };
  }

  async function open({ root, environment }: GitRepository): Promise<LfsRepository> {
    const opened = await openLfsRepository(root, environment);
    assert.ok(opened);
    return opened;
  }

  const servers = [
    ['a server', startServer],
    ['a repository in a folder', () => Promise.resolve(undefined)],
  ] as const;
  for (const [name, start] of servers)
    it(`goes both ways through ${name}`, async function () {
      const url = await start(this);
      const id = randomBytes(4).toString('hex');
      await using source = await theirs(id, url);
      const content: Record<string, Buffer> = {
        'model.bin': randomBytes(300_000),
        'sub folder/ü 1.bin': randomBytes(1000),
        'empty.bin': Buffer.alloc(0),
        'small.bin': Buffer.from('x'),
      };
      await source.write({ '.gitattributes': attributes, ...content });
      await source.commit();
      await source.git('push', '--quiet', 'origin', 'main');

      // From git-lfs to Lockstep, in a clone whose git knows no filter.
      const copy = await clone(source, `${id} copy`, url);
      const lfs = await open(copy);
      const { filled, missing } = await hydrate(lfs, { fetch: true });
      assert.deepEqual([filled, missing], [['model.bin', 'small.bin', 'sub folder/ü 1.bin'], []]);
      for (const [path, bytes] of Object.entries(content))
        assert.deepEqual(await readFile(join(copy.root, path)), bytes, path);
      assert.equal(await copy.git('status', '--porcelain'), '');
      // The same clone with git-lfs: it sees nothing to do, and no object that is wrong.
      await copy.git('lfs', 'install', '--local');
      assert.equal(await copy.git('status', '--porcelain'), '');
      assert.match(await copy.git('lfs', 'fsck'), /OK/);
      assert.equal(await copy.git('lfs', 'pull'), '');
      const states = (await findLfsFiles(lfs)).map(
        file => `${file.oid.slice(0, 10)} ${file.onDisk === 'content' ? '*' : '-'} ${file.path}`,
      );
      assert.deepEqual(
        states,
        (await copy.git('-c', 'core.quotePath=false', 'lfs', 'ls-files'))
          .split('\n')
          .filter(line => !line.includes('empty'))
          .sort((a, b) => (a.slice(13) < b.slice(13) ? -1 : 1)),
      );

      // From Lockstep to git-lfs.
      const next = randomBytes(200_000);
      await copy.write({});
      await writeFile(join(copy.root, 'next.bin'), next);
      await copy.git('add', 'next.bin');
      await copy.git(
        '-c',
        'user.name=B',
        '-c',
        'user.email=b@example.invalid',
        'commit',
        '--quiet',
        '-m',
        'next',
      );
      const pushed = await pushLfs(lfs, {});
      assert.deepEqual([pushed.pushed.map(one => one.size), [...pushed.failures]], [[200_000], []]);
      assert.equal(pushed.present.length, 3);
      await copy.git('push', '--quiet', '--no-verify', 'origin', 'main');
      await source.git('pull', '--quiet', 'origin', 'main');
      assert.deepEqual(await readFile(join(source.root, 'next.bin')), next);

      // What nobody has is named, and everything else is there.
      const lost = await clone(source, `${id} lost`, url);
      await rm(join(folder.path, `${id}.git`, 'lfs'), { recursive: true, force: true });
      await mkdir(join(folder.path, `${id}.git`, 'lfs'));
      if (url === undefined) {
        const result = await hydrate(await open(lost), { fetch: true });
        assert.equal(result.missing.length, 4);
        assert.match(result.missing[0]?.why ?? '', /does not have it/);
      }
    });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
