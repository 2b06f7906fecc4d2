import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import type { EnvironmentLock } from '../../../../src/environments/environmentLock.ts';
import { lockKindOf, lockPath } from '../../../../src/environments/lock/lockPaths.ts';
import { parseLock, readLock } from '../../../../src/environments/lock/readLock.ts';
import { lockText, writeLock } from '../../../../src/environments/lock/writeLock.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const lock: EnvironmentLock = {
  toolVersion: '1.0.0',
  lockVersion: 1,
  kind: 'python',
  createdAt: '2026-01-01T00:00:00.000Z',
  probe: {},
  python: {
    version: '3.11.7',
    manager: 'venv',
    packages: [
      { version: '1.17.0', name: 'six', hashes: ['sha256:bb', 'sha256:aa'] },
      { name: 'idna', version: '3.10' },
    ],
  },
};

describe('environment lock file', () => {
  it('has sorted keys and packages, and keeps what it does not know', () => {
    const text = lockText({ ...lock, 'x-team': { b: 1, a: 2 } });
    assert.deepEqual(Object.keys(JSON.parse(text) as object), [
      ...['createdAt', 'kind', 'lockVersion', 'probe', 'python', 'toolVersion', 'x-team'],
    ]);
    const read = parseLock(text, 'lock');
    assert.deepEqual(read.python?.packages, [
      { name: 'idna', version: '3.10' },
      { hashes: ['sha256:aa', 'sha256:bb'], name: 'six', version: '1.17.0' },
    ]);
    assert.deepEqual(read['x-team'], { a: 2, b: 1 });
    assert.equal(lockText(read), text);
  });

  it('is left alone when nothing changed but the time and the tool', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, '.devcontainer', 'lockstep-lock.json');
    const first = await writeLock(path, lock);
    const { mtimeMs } = await stat(path);
    const again = await writeLock(path, { ...lock, createdAt: '2026-02-02T00:00:00.000Z', toolVersion: '2' });
    assert.deepEqual(
      [first.changed, again.changed, again.lock.createdAt, again.sha256 === first.sha256],
      [true, false, lock.createdAt, true],
    );
    assert.equal((await stat(path)).mtimeMs, mtimeMs);
    const other = await writeLock(path, { ...lock, kind: 'devcontainer' });
    assert.equal(other.changed, true);
    assert.equal((await readLock(path))?.sha256, other.sha256);
  });

  it('replaces a file that cannot be read', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lockstep-lock.json');
    await writeFile(path, '{');
    assert.equal((await writeLock(path, lock)).changed, true);
    assert.deepEqual((await readLock(path))?.lock.kind, 'python');
  });

  it('says what is wrong with it', async () => {
    await using folder = await temporaryFolder();
    assert.equal(await readLock(join(folder.path, 'none.json')), undefined);
    assert.equal(await readLock(join(folder.path, 'none', 'none.json')), undefined);
    await mkdir(join(folder.path, 'folder.json'));
    const table: readonly (readonly [string, string, RegExp])[] = [
      ['{', 'lock-unreadable', /is no JSON/],
      ['<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n', 'lock-in-conflict', /both sides of a merge/],
      ['{"lockVersion":2,"kind":[]}', 'lock-too-new', /version 2/],
      [lockText(lock).replace('"manager": "venv"', '"manager": 7'), 'lock-unreadable', /python\.manager/],
      ['[]', 'lock-unreadable', /the whole/],
      ['', 'lock-unreadable', /is no JSON/],
    ];
    for (const [text, code, message] of table) {
      const path = join(folder.path, 'lock.json');
      await writeFile(path, text);
      await assert.rejects(readLock(path), { name: 'LockstepError', code, message });
    }
    await assert.rejects(readLock(join(folder.path, 'folder.json')), { code: 'lock-unreadable' });
    await writeFile(join(folder.path, 'mark.json'), `\uFEFF${lockText(lock)}`);
    assert.equal((await readLock(join(folder.path, 'mark.json')))?.lock.kind, 'python');
    const nowhere = join(folder.path, 'mark.json', 'lock.json');
    await assert.rejects(writeLock(nowhere, lock), { code: 'lock-not-writable' });
    assert.match(await readFile(join(folder.path, 'mark.json'), 'utf8'), /lockVersion/);
  });

  it('survives every mutation with a lock or an error of the catalogue', () => {
    const text = lockText(lock);
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 8 }), (at, cut, put) => {
        try {
          parseLock(text.slice(0, at) + put + text.slice(at + cut), 'lock');
        } catch (error) {
          assert.ok(error instanceof LockstepError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is of the kind that the project has', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    assert.equal(lockKindOf(root), 'python');
    await mkdir(join(root, '.devcontainer'));
    await writeFile(join(root, '.devcontainer', 'devcontainer.json'), '{}');
    assert.equal(lockKindOf(root), 'devcontainer');
    await writeFile(lockPath(root, 'python'), '');
    assert.equal(lockKindOf(root), 'python');
    await writeFile(lockPath(root, 'devcontainer'), '');
    assert.equal(lockKindOf(root), 'devcontainer');
  });
});
