import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, link, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLfsFiles } from '../../../src/data/lfs/findLfsFiles.ts';
import { hydrate } from '../../../src/data/lfs/hydrate.ts';
import { lfsPointerText } from '../../../src/data/lfs/lfsPointer.ts';
import { lfsObjectPath, openLfsRepository, type LfsRepository } from '../../../src/data/lfs/lfsRepository.ts';
import { pushLfs } from '../../../src/data/lfs/pushLfs.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { testLfsServer, type LfsFault, type TestLfsServer } from '../../helpers/lfsServer.ts';

/** A repository whose files are pointers, on a machine without git-lfs. */
async function repositoryOf(
  contents: Readonly<Record<string, Buffer>>,
  server: TestLfsServer,
): Promise<GitRepository> {
  const repository = await gitRepository({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' });
  for (const [name, content] of Object.entries(contents)) {
    const oid = idOf(content);
    await repository.write({ [name]: lfsPointerText({ oid, size: content.length, extensions: [] }) });
    server.objects.set(oid, content);
  }
  await repository.commit();
  await repository.git('config', 'lfs.url', server.url);
  return repository;
}

async function open({ root, environment }: GitRepository): Promise<LfsRepository> {
  const opened = await openLfsRepository(root, environment);
  assert.ok(opened);
  return opened;
}

function idOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('Git LFS without git-lfs', () => {
  let server: TestLfsServer;
  beforeEach(async () => {
    server = await testLfsServer();
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
  });

  it('fills pointers, leaves work alone, and git sees nothing modified', async () => {
    const content = {
      'a b.bin': randomBytes(3000),
      'sub/ü.bin': randomBytes(500_000),
      'mine.bin': randomBytes(50),
    };
    const odd = { 'other.bin': randomBytes(60), 'gone.bin': randomBytes(70), 'same.bin': Buffer.from('x') };
    await using repository = await repositoryOf({ ...content, ...odd }, server);
    await chmod(join(repository.root, 'a b.bin'), 0o755);
    await repository.commit('executable');
    await repository.write({
      'mine.bin': 'my work',
      'other.bin': lfsPointerText({ oid: 'b'.repeat(64), size: 60, extensions: [] }),
      'same.bin': 'x',
    });
    // Filled by a process that could not tell git any more.
    await utimes(join(repository.root, 'same.bin'), 1_700_000_000, 1_700_000_000);
    await repository.git('rm', '--quiet', 'gone.bin');
    await repository.write({ 'deleted.bin': '' });
    const lfs = await open(repository);
    const result = await hydrate(lfs, { fetch: true });
    assert.deepEqual(result, {
      filled: ['a b.bin', 'sub/ü.bin'],
      kept: ['mine.bin', 'other.bin'],
      missing: [],
      fetched: { files: 2, bytes: 503_000 },
    });
    assert.deepEqual(await readFile(join(repository.root, 'a b.bin')), content['a b.bin']);
    assert.deepEqual(await readFile(join(repository.root, 'sub/ü.bin')), content['sub/ü.bin']);
    assert.equal((await stat(join(repository.root, 'a b.bin'))).mode & 0o777, 0o755);
    const status = await repository.git('status', '--porcelain');
    assert.deepEqual(status.split('\n'), ['D  gone.bin', ' M mine.bin', ' M other.bin', '?? deleted.bin']);
    await repository.git('fsck', '--strict');
    const files = await findLfsFiles(lfs);
    assert.deepEqual(
      files.map(file => [file.path, file.onDisk, file.inStore]),
      [
        ['a b.bin', 'content', true],
        ['mine.bin', 'modified', false],
        ['other.bin', 'modified', false],
        ['same.bin', 'content', false],
        ['sub/ü.bin', 'content', true],
      ],
    );
    assert.deepEqual((await hydrate(lfs, { fetch: true })).filled, []);
    // An edit is seen by git at once, and stays.
    await repository.write({ 'a b.bin': randomBytes(3000) });
    assert.match(await repository.git('status', '--porcelain'), /^ M "a b\.bin"$/m);
    assert.deepEqual((await hydrate(lfs, { fetch: false })).kept, ['a b.bin', 'mine.bin', 'other.bin']);
  });

  it('fills only what is asked for, whatever the format of the index', async () => {
    const content = {
      'a.bin': randomBytes(10),
      'd/b.bin': randomBytes(11),
      'd/e/c.bin': randomBytes(12),
      'dd.bin': randomBytes(13),
    };
    await using repository = await repositoryOf(content, server);
    await repository.git('update-index', '--index-version', '4');
    const { filled } = await hydrate(await open(repository), { fetch: true, paths: ['d/', 'a.bin'] });
    assert.deepEqual(filled, ['a.bin', 'd/b.bin', 'd/e/c.bin']);
    assert.equal(await repository.git('status', '--porcelain'), '');
    await repository.git('update-index', '--split-index');
    assert.deepEqual((await hydrate(await open(repository), { fetch: true })).filled, ['dd.bin']);
  });

  it('goes on where a killed process left its lock of the index and a file half made', async () => {
    const content = { 'a.bin': randomBytes(100), 'd/b.bin': randomBytes(200) };
    await using repository = await repositoryOf(content, server);
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(ended, 'exit');
    const own = join(repository.root, '.git', `index.lockstep-${ended.pid ?? 0}-00000000`);
    await writeFile(own, 'half of an ind');
    await link(own, join(repository.root, '.git', 'index.lock'));
    await repository.write({ [`d/.lockstep-${ended.pid ?? 0}-0123456789abcdef.tmp`]: 'half' });
    const living = `d/.lockstep-${process.pid}-0123456789abcdef.tmp`;
    await repository.write({ [living]: 'half' });
    const { filled } = await hydrate(await open(repository), { fetch: true });
    assert.deepEqual(filled, ['a.bin', 'd/b.bin']);
    assert.equal(await repository.git('status', '--porcelain'), `?? ${living}`);
    const left = (await readdir(join(repository.root, '.git'))).filter(name => name.startsWith('index'));
    assert.deepEqual(left, ['index']);
  });

  it('names what the server does not have, and what the store holds damaged', async () => {
    const content = { 'a.bin': randomBytes(100), 'b.bin': randomBytes(200), 'c.bin': randomBytes(300) };
    await using repository = await repositoryOf(content, server);
    server.objects.delete(idOf(content['a.bin']));
    const lfs = await open(repository);
    const damaged = lfsObjectPath(lfs, idOf(content['b.bin']));
    await mkdir(join(damaged, '..'), { recursive: true });
    await writeFile(damaged, randomBytes(200));
    const result = await hydrate(lfs, { fetch: true });
    assert.deepEqual(result.filled, ['c.bin']);
    assert.deepEqual(
      result.missing.map(({ path, why }) => [path, why]),
      [
        ['a.bin', 'the server does not have it'],
        ['b.bin', 'the object in the local store is damaged; it was moved to its folder bad'],
      ],
    );
    // The next one gets it anew.
    assert.deepEqual((await hydrate(lfs, { fetch: true })).filled, ['b.bin']);
  });

  it('says before the first byte that a file will not fit', async () => {
    await using repository = await repositoryOf({ 'a.bin': randomBytes(100) }, server);
    const giant = { oid: 'e'.repeat(64), size: Number.MAX_SAFE_INTEGER, extensions: [] };
    await repository.write({ 'giant.bin': lfsPointerText(giant) });
    await repository.git('add', 'giant.bin');
    const lfs = await open(repository);
    await assert.rejects(hydrate(lfs, { fetch: true }), { code: 'disk-full-ahead' });
    assert.deepEqual(server.requests, []);
    assert.deepEqual((await hydrate(lfs, { fetch: true, paths: ['a.bin'] })).filled, ['a.bin']);
  });

  it('writes nothing through a folder that is a link', async () => {
    await using repository = await repositoryOf({ 'd/a.bin': randomBytes(100) }, server);
    const { root, home } = repository;
    const elsewhere = join(home, 'elsewhere');
    await mkdir(elsewhere);
    const pointer = await readFile(join(root, 'd/a.bin'));
    await writeFile(join(elsewhere, 'a.bin'), pointer);
    const { rename } = await import('node:fs/promises');
    await rename(join(root, 'd'), join(root, 'was'));
    await symlink(elsewhere, join(root, 'd'));
    const { missing } = await hydrate(await open(repository), { fetch: true });
    assert.deepEqual(
      missing.map(one => one.why),
      ['its folder is a link that leads elsewhere'],
    );
    assert.deepEqual(await readFile(join(elsewhere, 'a.bin')), pointer);
  });

  const size = 300_000;
  const mended: readonly (readonly [string, readonly LfsFault[], readonly RegExp[]])[] = [
    [
      'a connection that breaks twice',
      [
        { kind: 'cut', afterBytes: 250_000 },
        { kind: 'cut', afterBytes: 1000 },
      ],
      [/^GET$/, /^GET bytes=[1-9]\d*-299999$/, /^GET bytes=[1-9]\d*-299999$/],
    ],
    [
      'a server that is busy',
      [
        { kind: 'status', status: 503 },
        { kind: 'status', status: 429, retryAfter: '0' },
      ],
      [/^GET$/, /^GET$/, /^GET$/],
    ],
    [
      'a server that cannot go on',
      [{ kind: 'cut', afterBytes: 250_000 }, { kind: 'no range' }],
      [/^GET$/, /^GET bytes=/],
    ],
    [
      'a range that is refused',
      [
        { kind: 'cut', afterBytes: 250_000 },
        { kind: 'status', status: 416 },
      ],
      [/^GET$/, /^GET bytes=/, /^GET$/],
    ],
    ['wrong content once', [{ kind: 'wrong content' }], [/^GET$/, /^GET$/]],
    ['an address that moved', [{ kind: 'redirect' }], [/^GET$/, /^GET$/]],
    ['an address that is not valid any more', [{ kind: 'status', status: 403 }], [/^GET$/, /^GET$/]],
  ];
  for (const [name, faults, requests] of mended)
    it(`gets the whole file in spite of ${name}`, async () => {
      const content = randomBytes(size);
      await using repository = await repositoryOf({ 'a.bin': content }, server);
      server.faults.push(...faults);
      const lfs = await open(repository);
      assert.deepEqual((await hydrate(lfs, { fetch: true })).filled, ['a.bin']);
      assert.deepEqual(await readFile(join(repository.root, 'a.bin')), content);
      const transfers = server.requests.filter(one => one.startsWith('GET'));
      assert.equal(transfers.length, requests.length, transfers.join('\n'));
      for (const [place, one] of requests.entries()) assert.match(transfers[place] ?? '', one);
      assert.deepEqual(await readdir(join(lfs.storage, 'incomplete')), []);
    });

  const hopeless: readonly (readonly [string, readonly LfsFault[], RegExp])[] = [
    [
      'wrong content again and again',
      [{ kind: 'wrong content' }, { kind: 'wrong content' }],
      /other content than the pointer names/,
    ],
    ['more content than the pointer says', [{ kind: 'longer content' }], /more bytes/],
    ['an object that is gone', [{ kind: 'status', status: 410 }], /answered 410/],
  ];
  for (const [name, faults, why] of hopeless)
    it(`keeps nothing of ${name}`, async () => {
      await using repository = await repositoryOf({ 'a.bin': randomBytes(size) }, server);
      const pointer = await readFile(join(repository.root, 'a.bin'));
      server.faults.push(...faults);
      const lfs = await open(repository);
      const { filled, missing } = await hydrate(lfs, { fetch: true });
      assert.deepEqual(filled, []);
      assert.match(missing[0]?.why ?? '', why);
      assert.deepEqual(await readFile(join(repository.root, 'a.bin')), pointer);
      assert.deepEqual(
        (await findLfsFiles(lfs)).map(file => file.inStore),
        [false],
      );
    });

  it('logs in with what a credential helper of git knows', async () => {
    const content = randomBytes(100);
    await using repository = await repositoryOf({ 'a.bin': content }, server);
    server.login = 'me:a secret';
    const lfs = await open(repository);
    await assert.rejects(hydrate(lfs, { fetch: true }), { code: 'lfs-not-allowed' });
    const log = join(repository.home, 'credentials');
    const helper = `!f() { echo "$1" >> '${log}'; test "$1" = get && printf 'username=me\\npassword=a secret\\n'; }; f`;
    await repository.git('config', 'credential.helper', helper);
    assert.deepEqual((await hydrate(await open(repository), { fetch: true })).filled, ['a.bin']);
    assert.equal(await readFile(log, 'utf8'), 'get\nstore\n');
  });

  it('waits for a busy server and gives up on one that refuses', async () => {
    await using repository = await repositoryOf({ 'a.bin': randomBytes(100) }, server);
    const lfs = await open(repository);
    server.batchFaults.push(422);
    await assert.rejects(hydrate(lfs, { fetch: true }), { code: 'lfs-refused', message: /422: not now/ });
    server.batchFaults.push(503, 429);
    assert.deepEqual((await hydrate(lfs, { fetch: true })).filled, ['a.bin']);
  });

  it('pushes what the server lacks, and resumes what a killed fetch left', async () => {
    const content = { 'a.bin': randomBytes(100), 'b.bin': randomBytes(200_000) };
    await using repository = await repositoryOf(content, server);
    const lfs = await open(repository);
    await mkdir(join(lfs.storage, 'incomplete'), { recursive: true });
    // No process has this number.
    const left = join(lfs.storage, 'incomplete', `${idOf(content['b.bin'])}.4194999-abc123.part`);
    await writeFile(left, content['b.bin'].subarray(0, 150_000));
    await hydrate(lfs, { fetch: true });
    assert.ok(server.requests.includes('GET bytes=150000-199999'), server.requests.join('\n'));
    server.objects.delete(idOf(content['b.bin']));
    server.faults.push({ kind: 'status', status: 500 });
    await repository.git('remote', 'add', 'origin', 'https://nowhere.invalid/x.git');
    const result = await pushLfs(lfs, {});
    assert.deepEqual(
      [result.pushed.map(one => one.size), result.present.map(one => one.size), [...result.failures]],
      [[200_000], [100], []],
    );
    assert.deepEqual(server.objects.get(idOf(content['b.bin'])), content['b.bin']);
    assert.equal(server.requests.at(-1), 'POST verify');
  });

  it("takes from .lfsconfig what is safe, and git's own settings before it", async () => {
    const content = randomBytes(100);
    await using repository = await repositoryOf({ 'a.bin': content }, server);
    await repository.git('config', '--unset', 'lfs.url');
    await repository.write({
      '.lfsconfig': `[lfs]\n\turl = ${server.url}\n\tstorage = /tmp/elsewhere\n[lfs "customtransfer.x"]\n\tpath = evil\n[core]\n\tsshCommand = evil\n`,
    });
    const lfs = await open(repository);
    assert.deepEqual([...lfs.committed], [['lfs.url', server.url]]);
    assert.equal(lfs.storage, join(repository.root, '.git', 'lfs'));
    assert.deepEqual((await hydrate(lfs, { fetch: true })).filled, ['a.bin']);
    await repository.write({ '.lfsconfig': '[lfs]\n\turl = file:///etc\n' });
    assert.equal((await open(repository)).committed.size, 0);
  });

  it('asks a server by ssh where the objects are, with the token that it gives', async () => {
    const content = randomBytes(100);
    await using repository = await repositoryOf({ 'a.bin': content }, server);
    await repository.git('config', '--unset', 'lfs.url');
    await repository.git('remote', 'add', 'origin', 'ssh://git@host.invalid:2222/my models.git');
    server.login = 'ssh:token';
    const program = join(repository.home, 'fake ssh');
    const words = join(repository.home, 'words');
    const answer = JSON.stringify({
      href: `${server.url}/`,
      header: { Authorization: `Basic ${Buffer.from('ssh:token').toString('base64')}` },
    });
    await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${words}'\necho '${answer}'\n`, {
      mode: 0o755,
    });
    const environment = { ...repository.environment, GIT_SSH: program };
    const lfs = await open({ ...repository, environment });
    assert.deepEqual((await hydrate(lfs, { fetch: true })).filled, ['a.bin']);
    assert.deepEqual((await readFile(words, 'utf8')).trim().split('\n'), [
      ...['-p', '2222', 'git@host.invalid'],
      "git-lfs-authenticate '/my models.git' download",
    ]);
    await writeFile(program, '#!/bin/sh\necho "not for you" >&2\nexit 255\n', { mode: 0o755 });
    await repository.write({ 'b.bin': lfsPointerText({ oid: 'd'.repeat(64), size: 5, extensions: [] }) });
    await repository.git('add', 'b.bin');
    await assert.rejects(hydrate(lfs, { fetch: true }), { code: 'lfs-login-failed', message: /not for you/ });
  });
});
