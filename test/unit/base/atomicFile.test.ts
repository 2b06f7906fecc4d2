import assert from 'node:assert/strict';
import { chmod, mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTemporaryName, writeFileAtomic, writeJsonAtomic } from '../../../src/base/atomicFile.ts';

describe('writeFileAtomic', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atomic file '));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  it('creates and replaces a file and leaves nothing else behind', async () => {
    const path = join(folder, 'plan.json');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, new Uint8Array([0, 255, 10]));
    assert.deepEqual([...(await readFile(path))], [0, 255, 10]);
    assert.deepEqual(await readdir(folder), ['plan.json']);
  });

  it('writes JSON that reads back', async () => {
    const path = join(folder, 'value.json');
    await writeJsonAtomic(path, { name: 'é🎉', list: [1, null] });
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { name: 'é🎉', list: [1, null] });
  });

  it('keeps the old content and removes its own remains when the new one cannot take its place', async () => {
    const path = join(folder, 'taken');
    await mkdir(path);
    await writeFile(join(path, 'inside'), 'kept');
    await assert.rejects(writeFileAtomic(path, 'new'));
    assert.deepEqual(await readdir(folder), ['taken']);
    assert.equal(await readFile(join(path, 'inside'), 'utf8'), 'kept');
  });

  it('fails when the folder is missing', async () => {
    await assert.rejects(writeFileAtomic(join(folder, 'missing', 'x'), ''), { code: 'ENOENT' });
  });

  it('lets many writers of one name end with the whole content of one of them', async () => {
    const path = join(folder, 'contended');
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(contents.map(content => writeFileAtomic(path, content)));
    assert.ok(contents.includes(await readFile(path, 'utf8')));
    assert.deepEqual(await readdir(folder), ['contended']);
    await chmod(path, 0o644);
  });
});

describe('isTemporaryName', () => {
  const table: [string, boolean][] = [
    ['.plan.json.0a1b2c3d4e5f.tmp', true],
    ['plan.json', false],
    ['.gitignore', false],
    ['notes.tmp', false],
  ];
  for (const [name, expected] of table) {
    it(`${name} → ${String(expected)}`, () => assert.equal(isTemporaryName(name), expected));
  }
});
