import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { storeOutputs } from '../../../../src/data/cache/storeOutputs.ts';
import { verifyObjects } from '../../../../src/data/cache/verifyObjects.ts';
import type { DataSettings } from '../../../../src/data/dataRepository.ts';
import { hashOutputs, type HashedPath } from '../../../../src/data/hash/hashOutputs.ts';
import { DataPool } from '../../../../src/data/workers/dataPool.ts';
import { testData, type TestData } from '../../../helpers/dataRepository.ts';
import { waitFor } from '../../../helpers/waitFor.ts';

describe('storing in the cache', () => {
  const pool = new DataPool(2);
  let data: TestData;
  beforeEach(async () => {
    data = await testData({ linkTypes: ['copy'] }, pool);
  });
  after(() => pool.close());
  afterEach(async () => {
    await data[Symbol.asyncDispose]();
  });
  async function store(path: string, settings: Partial<DataSettings> = {}): Promise<HashedPath> {
    const [found] = await storeOutputs(data.with(settings), [path], data.tools, {});
    assert.ok(found);
    return found;
  }
  async function objects(): Promise<Record<string, string>> {
    const folder = join(data.root, '.dvc', 'cache');
    const found: Record<string, string> = {};
    for (const path of await readdir(folder, { recursive: true })) {
      const here = await lstat(join(folder, path));
      if (here.isFile())
        found[path] = `${(here.mode & 0o777).toString(8)} ${await readFile(join(folder, path), 'utf8')}`;
    }
    return found;
  }

  it('lays objects where DVC does, read-only, the listing of a folder among them', async () => {
    await data.write({ 'd/a': 'hello\n', 'd/sub/b': 'hello\n', 'd/empty': '' });
    const found = await store('d');
    assert.deepEqual(
      [found.kind, found.files, found.size, found.object],
      ['folder', 3, 12, { algorithm: 'md5', value: found.object?.value }],
    );
    const listing = found.object?.value ?? '';
    assert.deepEqual(await objects(), {
      'files/md5/b1/946ac92492d2347c6235b4d2611184': '444 hello\n',
      'files/md5/d4/1d8cd98f00b204e9800998ecf8427e': '444 ',
      [`files/md5/${listing.slice(0, 2)}/${listing.slice(2)}`]:
        '444 [{"md5": "b1946ac92492d2347c6235b4d2611184", "relpath": "a"}, ' +
        '{"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": "empty"}, ' +
        '{"md5": "b1946ac92492d2347c6235b4d2611184", "relpath": "sub/b"}]',
    });
    assert.equal(await data.read('d/a'), 'hello\n');
  });

  it('makes objects that everybody may read even where new files are hidden', () => {
    const script = join(import.meta.dirname, 'storeHidden.ts');
    const mode = execFileSync('sh', ['-c', `umask 077; exec "$0" "$@"`, process.execPath, script, data.root]);
    assert.equal(mode.toString(), '444');
  });

  it('replaces what stands under a name and is not what it says: cut short, or writable', async () => {
    await data.write({ f: 'content' });
    const { object } = await store('f');
    assert.ok(object);
    const path = data.tools.cache.pathOf(object);
    for (const damage of [() => truncate(path, 3), () => writeFile(path, 'CONTENT')]) {
      await chmod(path, 0o644);
      await damage();
      await rm(data.repository.stateFolder, { recursive: true });
      await data.write({ g: 'content' });
      // Not known to be there: the folder's own name for it is new.
      await rm(path.replace(/[^/]*$/, 'nothing'), { force: true });
      const presence = await data.tools.cache.presence();
      assert.equal(presence.has(object), true);
      await hashOutputs(data.repository, [{ path: 'g' }], data.tools, {}, { ...presence, has: () => false });
      assert.equal(await readFile(path, 'utf8'), 'content');
      assert.equal((await stat(path)).mode & 0o777, 0o444);
    }
  });

  it('makes the file itself the object where cache.type begins with hardlink', async () => {
    await data.write({ 'd/a': 'text', 'd/same': 'text', 'd/empty': '', 'd/tool': '#!/bin/sh' });
    await chmod(join(data.root, 'd', 'tool'), 0o755);
    await symlink('a', join(data.root, 'd', 'link'));
    const found = await store('d', { linkTypes: ['hardlink', 'copy'] });
    assert.equal(found.files, 5);
    const look = async (name: string): Promise<[number, number]> => {
      const here = await lstat(join(data.root, 'd', name));
      return [here.nlink, here.mode & 0o777];
    };
    const links = [await look('a'), await look('same')];
    assert.deepEqual(links.map(([count]) => count).sort(), [1, 2]);
    assert.equal(links.find(([count]) => count === 2)?.[1], 0o444);
    assert.equal((await look('tool'))[1], 0o755);
    assert.ok((await lstat(join(data.root, 'd', 'link'))).isSymbolicLink());
    const again = await store('d', { linkTypes: ['hardlink', 'copy'] });
    assert.deepEqual(again.object, found.object);
  });

  it('does not make an object of one that was edited in place: it stays doubtful', async () => {
    await data.write({ f: 'first' });
    const first = await store('f', { linkTypes: ['hardlink', 'copy'] });
    const path = join(data.root, 'f');
    await chmod(path, 0o644);
    await writeFile(path, 'other');
    const second = await store('f', { linkTypes: ['hardlink', 'copy'] });
    assert.ok(first.object && second.object);
    const { cache } = data.tools;
    assert.equal((await cache.look(first.object))?.protected, false);
    assert.equal((await cache.look(second.object))?.protected, true);
    assert.notEqual(
      (await lstat(cache.pathOf(first.object))).ino,
      (await lstat(cache.pathOf(second.object))).ino,
    );
  });

  it('keeps the groups of a shared cache in their folders', async () => {
    await data.write({ f: 'content' });
    const repository = data.with({ sharedWithGroup: true });
    const { ObjectCache } = await import('../../../../src/data/cache/objectCache.ts');
    await storeOutputs(repository, ['f'], { pool, cache: ObjectCache.of(repository) }, {});
    const folder = join(data.root, '.dvc', 'cache', 'files', 'md5', '9a');
    assert.equal((await stat(folder)).mode & 0o7777, 0o2775);
  });

  it('leaves out what DVC leaves out and says so; a broken link or a socket gives no hash', async () => {
    await data.write({
      'd/a': 'a',
      'd/.git/config': 'x',
      'd/.hg/x': 'x',
      'd/sub/.dvc/config': 'x',
      'd/sub/hidden': 'x',
      'd/.hidden': 'h',
    });
    await mkdir(join(data.root, 'd', 'nothing in it'));
    await symlink('sub', join(data.root, 'd', 'linked'));
    const found = await store('d');
    assert.deepEqual(found.columns.paths, ['.hidden', 'a']);
    assert.deepEqual(
      found.problems.map(problem => [problem.path, problem.kind]),
      [
        ['linked', 'link-to-folder'],
        ['sub', 'nested-repository'],
      ],
    );
    assert.ok(found.object);
    // Also where the state remembers a listing of just the files that have a hash.
    await waitFor('all hashes to be settled', async () => (await store('d')).settled.every(one => one === 1));
    await symlink('nowhere', join(data.root, 'd', 'broken'));
    execFileSync('mkfifo', [join(data.root, 'd', 'pipe')]);
    const broken = await store('d');
    assert.equal(broken.object, undefined);
    assert.deepEqual(broken.problems.map(problem => [problem.path, problem.kind]).slice(0, 3), [
      ['broken', 'broken-link'],
      ['linked', 'link-to-folder'],
      ['pipe', 'special'],
    ]);
  });

  it('asks the rules of the user about every folder before it is entered', async () => {
    await data.write({ 'd/a.tmp': 'x', 'd/b': 'x', 'd/build/c': 'x', 'd/sub/d.tmp': 'x', 'd/sub/e': 'x' });
    const asked: string[] = [];
    const ignore = {
      hasRulesFor: () => true,
      ignores: (path: string, isFolder: boolean): boolean => {
        asked.push(path);
        return path.endsWith('.tmp') || (isFolder && path.endsWith('build'));
      },
    };
    const [found] = await hashOutputs(data.repository, [{ path: 'd' }], { ...data.tools, ignore }, {});
    assert.deepEqual(found?.columns.paths, ['b', 'sub/e']);
    assert.ok(!asked.includes('d/build/c'));
  });

  it('names objects that are missing or are not what they say', async () => {
    await data.write({ 'd/a': 'one', 'd/b': 'two', 'd/c': 'three' });
    const found = await store('d');
    assert.ok(found.object);
    const ids = found.listing().files.map(file => ({ algorithm: 'md5' as const, value: file.md5 }));
    const [one, two] = ids;
    assert.ok(one && two);
    await chmod(data.tools.cache.pathOf(one), 0o644);
    await writeFile(data.tools.cache.pathOf(one), 'ONE');
    await rm(data.tools.cache.pathOf(two));
    const verified = await verifyObjects(data.tools.cache, [...ids, found.object], pool, {});
    assert.equal(verified.whole, 2);
    assert.deepEqual(verified.missing, [two]);
    assert.deepEqual(
      verified.corrupt.map(corrupt => [corrupt.object, corrupt.path]),
      [[one, data.tools.cache.pathOf(one)]],
    );
  });

  it('finds many names of one folder, and folders among them, in the order of their listing', async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 4_200; index += 1) files[`d/f${index}`] = '';
    await data.write({
      ...files,
      'd/f1.x/y': 'in a folder',
      'd/f1/../f10-/z': 'and another',
      'd/sub/a': 'a',
    });
    const [found] = await hashOutputs(data.repository, [{ path: 'd' }], data.tools, {});
    assert.equal(found?.files, 4_203);
    assert.deepEqual(found.columns.paths, [...found.columns.paths].sort());
    assert.equal(found.size, 'in a folder'.length + 'and another'.length + 1);
  });
});
