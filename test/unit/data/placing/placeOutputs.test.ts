import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { watch } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { readKnownHashes } from '../../../../src/data/hash/hashStateFile.ts';
import { folderStatePath } from '../../../../src/data/hash/statePaths.ts';
import { storeOutputs } from '../../../../src/data/cache/storeOutputs.ts';
import type { LinkType } from '../../../../src/data/dataRepository.ts';
import { hashOutputs } from '../../../../src/data/hash/hashOutputs.ts';
import { listingBytes, listingId } from '../../../../src/data/listing/listingBytes.ts';
import type { ObjectId } from '../../../../src/data/objectId.ts';
import {
  placeOutputs,
  type PlaceRequest,
  type PlaceResult,
} from '../../../../src/data/placing/placeOutputs.ts';
import { DataPool } from '../../../../src/data/workers/dataPool.ts';
import { testData, type TestData } from '../../../helpers/dataRepository.ts';

const version1 = { 'd/a.txt': 'one', 'd/sub/b.txt': 'two', 'd/sub/c.txt': 'three', 'd/empty': '' };
const version2 = { 'd/a.txt': 'ONE!', 'd/sub/c.txt': 'three', 'd/new/d.txt': 'four' };

describe('placing what a pin says', () => {
  const pool = new DataPool(2);
  let data: TestData;
  beforeEach(async () => {
    data = await testData({ linkTypes: ['copy'] }, pool);
  });
  after(() => pool.close());
  afterEach(async () => {
    await data[Symbol.asyncDispose]();
  });

  /** Stores files as they are now under the path and gives their object. */
  async function stored(files: Readonly<Record<string, string>>, path = 'd'): Promise<ObjectId> {
    await rm(join(data.root, path), { recursive: true, force: true });
    await data.write(files);
    const [found] = await storeOutputs(data.repository, [path], data.tools, {});
    assert.ok(found?.object);
    return found.object;
  }
  async function place(
    object: ObjectId,
    changes: Partial<PlaceRequest> = {},
    linkTypes: readonly LinkType[] = ['copy'],
  ): Promise<PlaceResult> {
    const request = { path: 'd', object, ...changes };
    const [result] = await placeOutputs(data.with({ linkTypes }), [request], data.tools, {});
    assert.ok(result);
    return result;
  }
  const inFolder = (files: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path.slice(2), text]));
  async function hashedNow(): Promise<string | undefined> {
    const [found] = await hashOutputs(data.repository, [{ path: 'd' }], data.tools, {});
    return found?.object?.value;
  }
  const objectPath = (id: ObjectId): string => data.tools.cache.pathOf(id);

  for (const linkTypes of [['copy'], ['reflink', 'copy'], ['hardlink'], ['symlink']] as const)
    it(`gives a file its name when it is whole, by ${linkTypes.join(', ')}`, async function () {
      // inotify tells each write and change of mode by the name it was made under.
      if (process.platform !== 'linux') return this.skip();
      const object = await stored({
        ...version1,
        'd/large': 'x'.repeat(3_000_000),
        'd/run.sh': '#!/bin/sh\n',
      });
      await rm(join(data.root, 'd'), { recursive: true });
      await mkdir(join(data.root, 'd'));
      const told: string[] = [];
      const watcher = watch(join(data.root, 'd'));
      const end = new Promise<void>(resolve => {
        watcher.on('change', (event, name) => {
          if (name === 'end') resolve();
          else if (!String(name).startsWith('.')) told.push(`${event} ${String(name)}`);
        });
      });
      const result = await place(object, {}, linkTypes);
      assert.deepEqual([result.outcome, result.failed], ['placed', []]);
      await data.write({ 'd/end': '' });
      await end;
      watcher.close();
      const named = ['a.txt', 'empty', 'large', 'run.sh', 'sub'].map(name => `rename ${name}`);
      assert.deepEqual(told.sort(), named);
    });

  for (const linkTypes of [
    ['copy'],
    ['reflink', 'copy'],
    ['hardlink'],
    ['symlink'],
    ['reflink', 'hardlink'],
  ] as const)
    it(`goes from one version to another and back by ${linkTypes.join(', ')}`, async () => {
      const [one, two] = [await stored(version1), await stored(version2)];
      for (const [object, version] of [
        [one, version1],
        [two, version2],
        [one, version1],
      ] as const) {
        const result = await place(object, {}, linkTypes);
        assert.deepEqual([result.outcome, result.kept, result.failed], ['placed', [], []]);
        for (const [path, text] of Object.entries(version)) assert.equal(await data.read(path), text, path);
        assert.deepEqual(Object.keys(await data.tree('d')), Object.keys(inFolder(version)).sort());
        assert.equal(await hashedNow(), object.value);
        assert.equal((await place(object, {}, linkTypes)).outcome, 'unchanged');
      }
      assert.deepEqual(await readdir(join(data.root, 'd', 'sub')), ['b.txt', 'c.txt']);
      assert.equal((await readdir(data.repository.stateFolder)).includes('placing.json'), false);
    });

  it('gives files the modes that DVC gives them', async () => {
    const object = await stored(version1);
    const modes = async (): Promise<(number | undefined)[]> =>
      Promise.all(
        ['a.txt', 'empty'].map(async name => (await lstat(join(data.root, 'd', name))).mode & 0o777),
      );
    const usual = 0o666 & ~Number.parseInt(execFileSync('sh', ['-c', 'umask']).toString(), 8);
    const expected: Record<string, number[]> = { copy: [usual, usual], hardlink: [0o444, usual] };
    for (const type of ['copy', 'hardlink'] as const) {
      await rm(join(data.root, 'd'), { recursive: true });
      await place(object, {}, [type]);
      assert.deepEqual(await modes(), expected[type], type);
      assert.equal((await stat(objectPath(object))).mode & 0o777, 0o444);
    }
  });

  it('makes an executable of a copy, never of the object', async () => {
    await data.write({ tool: '#!/bin/sh\n' });
    const [found] = await storeOutputs(data.repository, ['tool'], data.tools, {});
    assert.ok(found?.object);
    await rm(join(data.root, 'tool'));
    await place(found.object, { path: 'tool', executable: true }, ['hardlink']);
    assert.notEqual((await stat(join(data.root, 'tool'))).mode & 0o100, 0);
    assert.equal((await stat(objectPath(found.object))).mode & 0o777, 0o444);
  });

  it('overwrites and removes nothing that is saved nowhere else, unless it is forced', async () => {
    const [one, two] = [await stored(version1), await stored(version2)];
    await data.write({ 'd/a.txt': 'my edit', 'd/mine.txt': 'my file' });
    const before = await data.tree('d');
    const kept = await place(one);
    assert.deepEqual(
      { outcome: kept.outcome, kept: kept.kept },
      {
        outcome: 'kept',
        kept: [
          { path: 'a.txt', what: 'modified' },
          { path: 'mine.txt', what: 'added' },
        ],
      },
    );
    assert.deepEqual(await data.tree('d'), before);
    assert.equal((await place(one, { force: true })).outcome, 'placed');
    assert.deepEqual(await data.tree('d'), inFolder(version1));
    assert.equal((await place(two)).outcome, 'placed');
  });

  for (const [how, damage] of [
    ['cut short', (path: string) => truncate(path, 1)],
    ['writable and something else', (path: string) => writeFile(path, 'TWO!')],
  ] as const)
    it(`does not take a file for saved whose object is ${how}`, async () => {
      const [one, two] = [await stored({ 'd/a': 'one!' }), await stored({ 'd/a': 'two!', 'd/b': 'same' })];
      const [file] = await storeOutputs(data.repository, ['d/a'], data.tools, {});
      assert.ok(file?.object);
      await chmod(objectPath(file.object), 0o644);
      await damage(objectPath(file.object));
      const kept = await place(one);
      assert.deepEqual(kept.kept, [{ path: 'a', what: 'modified' }]);
      assert.deepEqual(await data.tree('d'), { a: 'two!', b: 'same' });
      assert.equal((await place(two)).outcome, 'unchanged');
    });

  it('notices an edit that keeps size and time', async () => {
    const [one, two] = [await stored(version1), await stored(version2)];
    await place(one);
    const path = join(data.root, 'd', 'a.txt');
    const before = await stat(path);
    await writeFile(path, 'eno');
    await utimes(path, before.atime, before.mtime);
    assert.deepEqual((await place(two)).kept, [{ path: 'a.txt', what: 'modified' }]);
    assert.equal(await data.read('d/a.txt'), 'eno');
  });

  it('places what is there when an object is missing, names the rest, and removes nothing that was fine', async () => {
    const one = await stored(version1);
    const lost = await lostObject('two');
    const result = await place(one);
    assert.equal(result.outcome, 'unchanged');
    await rm(join(data.root, 'd', 'sub', 'b.txt'));
    await rm(join(data.root, 'd', 'a.txt'));
    const partly = await place(one);
    assert.equal(partly.outcome, 'partly');
    assert.deepEqual(partly.missing, [{ path: 'sub/b.txt', object: lost }]);
    assert.deepEqual(await data.tree('d'), { 'a.txt': 'one', empty: '', 'sub/c.txt': 'three' });
    assert.equal((await place(one)).outcome, 'partly');
  });

  it('touches nothing when the listing itself is missing', async () => {
    const [one] = [await stored(version1), await stored(version2)];
    await rm(objectPath(one));
    const before = await data.tree('d');
    assert.equal((await place(one)).outcome, 'missing');
    assert.deepEqual(await data.tree('d'), before);
  });

  async function lostObject(text: string): Promise<ObjectId> {
    await data.write({ probe: text });
    const [found] = await hashOutputs(data.repository, [{ path: 'probe' }], data.tools, {});
    assert.ok(found?.object);
    await rm(objectPath(found.object));
    return found.object;
  }

  async function damage(text: string, change: (path: string) => Promise<void>): Promise<ObjectId> {
    await data.write({ probe: text });
    const [found] = await hashOutputs(data.repository, [{ path: 'probe' }], data.tools, {});
    assert.ok(found?.object);
    const path = objectPath(found.object);
    await chmod(path, 0o644);
    await change(path);
    return found.object;
  }

  const corruptions: readonly (readonly [string, LinkType, (path: string) => Promise<void>])[] = [
    ['of other content, by copy', 'copy', path => writeFile(path, 'THREE').then(() => chmod(path, 0o444))],
    ['cut short, by copy', 'copy', path => truncate(path, 2).then(() => chmod(path, 0o444))],
    ['emptied, by hard link', 'hardlink', path => truncate(path, 0).then(() => chmod(path, 0o444))],
    ['writable, by hard link', 'hardlink', path => writeFile(path, 'THREE')],
    [
      'cut short, by hard link of a pin with a size',
      'hardlink',
      path => truncate(path, 2).then(() => chmod(path, 0o444)),
    ],
    ['emptied, by symbolic link', 'symlink', path => truncate(path, 0).then(() => chmod(path, 0o444))],
  ];
  for (const [name, type, change] of corruptions)
    it(`finds and names an object ${name}, and does not place it`, async () => {
      const object = await stored(version1);
      await rm(join(data.root, 'd'), { recursive: true });
      const wrong = await damage('three', change);
      const result = await place(object, { size: 11 }, [type]);
      assert.equal(result.outcome, 'partly');
      assert.deepEqual(
        result.corrupt.map(one => [one.path, one.object]),
        [['sub/c.txt', wrong]],
      );
      assert.notEqual(result.corrupt[0]?.found, wrong.value);
      assert.deepEqual(Object.keys(await data.tree('d')), ['a.txt', 'empty', 'sub/b.txt']);
      assert.notEqual(await hashedNow(), object.value);
    });

  for (const type of ['hardlink', 'symlink'] as const)
    it(`does not believe an object that was written to through a ${type}`, async () => {
      const [two, object] = [await stored(version2), await stored(version1)];
      const file = join(data.root, 'd', 'sub', 'b.txt');
      await rm(join(data.root, 'd'), { recursive: true });
      assert.equal((await place(object, {}, [type])).outcome, 'placed');
      // As root does through any mode.
      await chmod(file, 0o644);
      await writeFile(file, 'TWO');
      await chmod(file, 0o444);
      const corrupt = (result: PlaceResult): string[] => result.corrupt.map(one => one.path);
      const state = join(data.repository.stateFolder, 'hashes', 'linked.bin');
      const known = await readFile(state);
      // What stands there is the object itself: nothing has to be known of it before.
      await rm(state);
      assert.deepEqual((await place(object, {}, [type])).kept, [{ path: 'sub/b.txt', what: 'modified' }]);
      assert.deepEqual(corrupt(await place(object, { force: true }, [type])), ['sub/b.txt']);
      await chmod(file, 0o444);
      await writeFile(state, known);
      // The only whole copy is not taken for one that is safe in the cache.
      await rm(file);
      await writeFile(file, 'two');
      assert.deepEqual((await place(two, {}, [type])).kept, [{ path: 'sub/b.txt', what: 'added' }]);
      await rm(join(data.root, 'd'), { recursive: true });
      assert.deepEqual(corrupt(await place(object, {}, [type])), ['sub/b.txt']);
      assert.deepEqual(corrupt(await place(object, {}, ['copy'])), ['sub/b.txt'], 'distrusted by now');
      // Stored again the content is kept, although something stands under its name.
      await data.write({ again: 'two' });
      await storeOutputs(data.with({ linkTypes: [type] }), ['again'], data.tools, {});
      assert.equal((await place(object, {}, [type])).outcome, 'placed');
      assert.equal(await hashedNow(), object.value);
    });

  it('believes an object of DVC 2 that is writable once it was read', async () => {
    const object = await stored(version1);
    await rm(join(data.root, 'd'), { recursive: true });
    await damage('three', () => Promise.resolve());
    assert.equal((await place(object, {}, ['hardlink'])).outcome, 'placed');
    assert.equal((await lstat(join(data.root, 'd', 'sub', 'c.txt'))).mode & 0o777, 0o444);
  });

  it('refuses a listing that leads outside, and writes nothing', async () => {
    const md5 = (await stored({ 'd/x': 'evil' })).value.slice(0, 32);
    for (const relativePath of ['../outside', '.git/hooks/post-checkout', '/tmp/lockstep-outside']) {
      const bytes = listingBytes({ files: [{ relativePath, md5 }] });
      await data.tools.cache.insertBytes(listingId(bytes), bytes);
      const result = await place(listingId(bytes), { force: true });
      assert.equal(result.refusal?.code, 'listing-refused', relativePath);
      assert.ok(result.refusal.message.includes(JSON.stringify(relativePath)));
    }
    assert.deepEqual((await readdir(data.root)).sort(), ['.dvc', 'd']);
  });

  it('refuses paths that leave the repository, or lie in what is not data', async () => {
    const object = await stored({ 'd/x': 'evil' });
    for (const path of ['../out', '/abs', 'a/../../b', '.git/x', '.dvc/config', 'a//b', '.', '', 'a\0b'])
      assert.equal((await place(object, { path, force: true })).refusal?.code, 'path-leaves-data', path);
  });

  it('never writes through a link: above the output, in it, or in its place', async () => {
    const object = await stored(version1);
    const outside = join(data.root, '..', 'outside');
    await mkdir(outside);
    await symlink(outside, join(data.root, 'linked'));
    assert.equal((await place(object, { path: 'linked/d', force: true })).refusal?.code, 'parent-is-link');

    await rm(join(data.root, 'd', 'sub'), { recursive: true });
    await symlink(outside, join(data.root, 'd', 'sub'));
    const kept = await place(object);
    assert.deepEqual(kept.kept, [{ path: 'sub', what: 'type-changed' }]);
    assert.equal((await place(object, { force: true })).outcome, 'placed');

    await rm(join(data.root, 'd'), { recursive: true });
    await symlink(outside, join(data.root, 'd'));
    assert.deepEqual((await place(object)).kept, [{ path: '', what: 'type-changed' }]);
    assert.equal((await place(object, { force: true })).outcome, 'placed');
    assert.deepEqual(await data.tree('d'), inFolder(version1));
    assert.deepEqual(await readdir(outside), []);
  });

  it('makes a file of a folder and a folder of a file, when what is there is saved', async () => {
    const folder = await stored(version1);
    await rm(join(data.root, 'd'), { recursive: true });
    await data.write({ d: 'a file' });
    const [found] = await storeOutputs(data.repository, ['d'], data.tools, {});
    assert.ok(found?.object);
    assert.equal((await place(folder)).outcome, 'placed');
    assert.deepEqual(await data.tree('d'), inFolder(version1));
    assert.equal((await place(found.object)).outcome, 'placed');
    assert.equal(await data.read('d'), 'a file');
    await writeFile(join(data.root, 'd'), 'another file');
    assert.deepEqual((await place(folder)).kept, [{ path: '', what: 'added' }]);
  });

  it('leaves alone what was not asked for', async () => {
    const [one] = [await stored(version1), await stored(version2)];
    await data.write({ 'd/a.txt': 'my edit' });
    const result = await place(one, { select: path => path.startsWith('sub/') });
    assert.equal(result.outcome, 'placed');
    assert.deepEqual(await data.tree('d'), {
      'a.txt': 'my edit',
      'new/d.txt': 'four',
      'sub/b.txt': 'two',
      'sub/c.txt': 'three',
    });
  });

  it('does not take a part for the whole afterwards', async () => {
    const one = await stored(version1);
    await rm(join(data.root, 'd'), { recursive: true });
    const known = () => readKnownHashes(folderStatePath(data.repository, 'd', 'md5'));
    await place(one, { select: path => path.startsWith('sub/') });
    assert.deepEqual([(await known())?.listing, (await known())?.columns.paths.length], [undefined, 2]);
    await place(one);
    assert.equal((await known())?.listing, one.value);
  });

  it('places many single files at once, each with an answer of its own', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`f${index}`, `text ${index}`]),
    );
    await data.write(files);
    const all = await storeOutputs(data.repository, Object.keys(files), data.tools, {});
    const requests = all.flatMap(({ path, object }) => (object === undefined ? [] : [{ path, object }]));
    for (const { path } of requests.slice(5)) await rm(join(data.root, path));
    await writeFile(join(data.root, 'f3'), 'edited');
    await rm(objectPath(requests[20]?.object ?? { algorithm: 'md5', value: '' }));
    const results = await placeOutputs(data.repository, requests, data.tools, {});
    const expected = (index: number): PlaceResult['outcome'] => {
      if (index === 20) return 'missing';
      if (index === 3) return 'kept';
      return index < 5 ? 'unchanged' : 'placed';
    };
    assert.deepEqual(
      results.map(result => result.outcome),
      results.map((_, index) => expected(index)),
    );
    assert.equal(await data.read('f29'), 'text 29');
    assert.equal(await data.read('f3'), 'edited');
  });

  it('completes what a killed process had begun: torn files and leftovers are its own, edits are not', async () => {
    const object = await stored(version1);
    await rm(join(data.root, 'd'), { recursive: true });
    await data.write({
      'd/sub/c.txt': 'thr',
      'd/a.txt': '',
      'd/.lockstep-999999999-0123456789abcdef.tmp': 'half',
    });
    const journal = join(data.repository.stateFolder, 'placing.json');
    const entry = { path: 'd', object: `md5:${object.value}`, startedAt: 0 };
    await writeFile(journal, JSON.stringify({ version: 1, entries: [entry] }));
    await data.write({ 'd/sub/b.txt': 'two and more' });
    assert.deepEqual((await place(object)).kept, [{ path: 'sub/b.txt', what: 'modified' }]);
    await rm(join(data.root, 'd', 'sub', 'b.txt'));
    assert.equal((await place(object)).outcome, 'placed');
    assert.deepEqual(await data.tree('d'), inFolder(version1));
    assert.equal(await readFile(journal, 'utf8').catch(() => 'gone'), 'gone');
  });

  it('copies and verifies a large file in parts', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024 + 17, 'large file ');
    await data.write({ d: large });
    const [found] = await storeOutputs(data.repository, ['d'], data.tools, {});
    assert.ok(found?.object);
    await rm(join(data.root, 'd'));
    assert.equal((await place(found.object)).outcome, 'placed');
    assert.ok((await readFile(join(data.root, 'd'))).equals(large));
    await rm(join(data.root, 'd'));
    await chmod(objectPath(found.object), 0o644);
    await truncate(objectPath(found.object), large.length - 1);
    await chmod(objectPath(found.object), 0o444);
    assert.equal((await place(found.object)).corrupt.length, 1);
    assert.deepEqual((await readdir(data.root)).sort(), ['.dvc']);
  });

  it('tells copies by their sha256 to who asks for that, and does not then know them by the names of their objects', async () => {
    const large = 'large file '.repeat(400_000);
    const object = await stored({ ...version1, 'd/large': large });
    await rm(join(data.root, 'd'), { recursive: true });
    // Nobody compared it with its name: that is for who asked.
    await damage('three', path => writeFile(path, 'THREE').then(() => chmod(path, 0o444)));
    const now = { ...version1, 'd/sub/c.txt': 'THREE', 'd/large': large };
    const told = await place(object, { tellSha256: true });
    assert.equal(told.outcome, 'placed');
    assert.deepEqual(
      Object.fromEntries(told.sha256s),
      Object.fromEntries(Object.entries(inFolder(now)).map(([path, text]) => [path, hash('sha256', text)])),
    );
    assert.notEqual(await hashedNow(), object.value);

    await rm(join(data.root, 'd'), { recursive: true });
    assert.equal(
      (await place(object, { tellSha256: true }, ['hardlink'])).sha256s.size,
      1,
      'the empty one is a copy',
    );
    await rm(join(data.root, 'd'), { recursive: true });
    assert.equal((await place(object)).sha256s.size, 0);
  });

  it('stops when it is told to, and goes on the next time', async () => {
    const object = await stored(version1);
    await rm(join(data.root, 'd'), { recursive: true });
    const task = { signal: AbortSignal.abort(new Error('stopped')) };
    const request = { path: 'd', object };
    await assert.rejects(placeOutputs(data.repository, [request], data.tools, task), /stopped/);
    assert.equal((await place(object)).outcome, 'placed');
  });
});
