import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBusy, readBusyPaths } from '../../../../src/data/locks/busyPaths.ts';
import { withDvcLock } from '../../../../src/data/locks/withDvcLock.ts';
import { testData, type TestData } from '../../../helpers/dataRepository.ts';

/** Holds the lock as DVC does, says so, and waits for its input to end. */
const dvcLike = `
import fcntl, os, sys
held = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
os.write(held, b" %d\\n" % os.getpid())
print("held", flush=True)
sys.stdin.read()
`;
const tryLock = `
import fcntl, os, sys
held = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
try:
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print("free")
except OSError:
    print("locked")
`;

describe('the lock of DVC', () => {
  let data: TestData;
  let lock: string;
  beforeEach(async () => {
    data = await testData();
    lock = join(data.root, '.dvc', 'tmp', 'lock');
  });
  afterEach(async () => {
    await data[Symbol.asyncDispose]();
  });
  const seenByPython = (): string =>
    execFileSync('python3', ['-c', tryLock, lock], { encoding: 'utf8' }).trim();

  async function heldByPython(): Promise<ChildProcess> {
    const child = spawn('python3', ['-c', dvcLike, lock], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  }

  it('is held while the work is done, names us, and is free afterwards, also when the work fails', async () => {
    const seen = await withDvcLock(data.repository, {}, async () => [
      seenByPython(),
      await readFile(lock, 'utf8'),
    ]);
    assert.deepEqual(seen, ['locked', ` ${process.pid}\n`]);
    assert.equal(seenByPython(), 'free');
    await assert.rejects(
      withDvcLock(data.repository, {}, () => Promise.reject(new Error('mine'))),
      /mine/,
    );
    assert.equal(seenByPython(), 'free');
  });

  it('is waited for, and told of with its holder when it is not given up', async () => {
    const child = await heldByPython();
    const waits = withDvcLock(data.repository, {}, () => Promise.resolve('in'));
    await assert.rejects(waits, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'data-locked');
      assert.match(error.message, new RegExp(`process ${child.pid} \\(-c`));
      return true;
    });
    const next = withDvcLock(data.repository, {}, () => Promise.resolve('in'));
    child.stdin?.end();
    assert.equal(await next, 'in');
  });

  it('is not taken through a link, which may lead to a file of the person', async () => {
    const other = join(data.root, 'precious');
    await writeFile(other, 'kept');
    await symlink(other, lock);
    const taken = withDvcLock(data.repository, {}, () => Promise.resolve());
    await assert.rejects(taken, { code: 'lock-is-link' });
    assert.equal(await readFile(other, 'utf8'), 'kept');
  });

  it('ends with a process that is killed', async () => {
    const child = await heldByPython();
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(await withDvcLock(data.repository, {}, () => Promise.resolve('in')), 'in');
  });

  it('is not waited for once the operation is stopped', async () => {
    const child = await heldByPython();
    const controller = new AbortController();
    const waits = withDvcLock(data.repository, { signal: controller.signal }, () => Promise.resolve('in'));
    controller.abort();
    await assert.rejects(waits, { name: 'AbortError' });
    child.stdin?.end();
    await once(child, 'exit');
  });

  it('lets one in at a time, within a process as well', async () => {
    for (const hardlinkLock of [false, true]) {
      let inside = 0;
      const work = async (): Promise<void> => {
        inside += 1;
        assert.equal(inside, 1);
        await readdir(data.root);
        inside -= 1;
      };
      await Promise.all([1, 2, 3].map(() => withDvcLock(data.with({ hardlinkLock }), {}, work)));
    }
    assert.deepEqual(
      (await readdir(join(data.root, '.dvc', 'tmp'))).filter(name => name.endsWith('.lock')),
      [],
    );
  });

  it('by hard links is taken from a dead process, and not from a living one', async () => {
    const repository = data.with({ hardlinkLock: true });
    const host = execFileSync('hostname', { encoding: 'utf8' }).trim();
    await writeFile(lock, `${lock}|${host}|${2 ** 22 + 5}|1`);
    const later = new Date(Date.now() + 1e9);
    const { utimes } = await import('node:fs/promises');
    await utimes(lock, later, later);
    assert.equal(await withDvcLock(repository, {}, () => Promise.resolve('in')), 'in');
    await writeFile(lock, `${lock}|${host}|${process.pid}|1`);
    await utimes(lock, later, later);
    await assert.rejects(
      withDvcLock(repository, {}, () => Promise.resolve('in')),
      { code: 'data-locked' },
    );
  });
});

describe('the paths that a pipeline of DVC works on', () => {
  it('are those of processes that live', async () => {
    await using data = await testData();
    const child = spawn('sleep', ['60']);
    try {
      await mkdir(join(data.root, '.dvc', 'tmp'), { recursive: true });
      const path = (name: string): string => join(data.root, name);
      const notes = {
        write: {
          [path('model')]: { pid: child.pid, cmd: 'dvc repro' },
          [path('old')]: { pid: 2 ** 22 + 5, cmd: 'dvc repro' },
        },
        read: { [path('data')]: [{ pid: child.pid, cmd: 'dvc repro' }] },
      };
      await writeFile(path('.dvc/tmp/rwlock'), JSON.stringify(notes));
      const busy = await readBusyPaths(data.repository);
      assert.deepEqual(
        busy.map(one => [one.path, one.use]),
        [
          [path('model'), 'write'],
          [path('data'), 'read'],
        ],
      );
      assert.equal(findBusy(busy, data.root, 'model/weights')?.holder, `process ${child.pid} (dvc repro)`);
      assert.equal(findBusy(busy, data.root, 'data'), busy[1]);
      assert.equal(findBusy(busy, data.root, 'old'), undefined);
      for (const text of ['', '{}', '{"read": {}}', '[', '{"write": 1}']) {
        await writeFile(path('.dvc/tmp/rwlock'), text);
        assert.deepEqual(await readBusyPaths(data.repository), []);
      }
    } finally {
      child.kill();
    }
  });
});
