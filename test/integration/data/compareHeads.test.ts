import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareHeads } from '../../../src/data/sync/compareHeads.ts';
import { lfsPointerText } from '../../../src/data/lfs/lfsPointer.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const pin = (text: string, name: string): string =>
  `outs:\n- md5: ${md5(text)}\n  size: ${text.length}\n  hash: md5\n  path: ${name}\n`;

describe('compareHeads', () => {
  let repository: GitRepository;
  before(async () => {
    repository = await gitRepository({
      '.gitattributes': '*.bin filter=lfs -text\n',
      '.dvc/config': '',
      'sub/.dvc/config': '',
      '.gitignore': '*.csv\n/images\n/.dvc/cache\n/sub/.dvc/cache\n',
    });
  });
  after(async () => {
    await repository.remove();
  });

  async function inCache(text: string, root = '', folder = false): Promise<string> {
    const id = md5(text) + (folder ? '.dir' : '');
    const path = join(repository.root, root, '.dvc/cache/files/md5', id.slice(0, 2), id.slice(2));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0o444);
    return id;
  }

  it('tells what follows, what is there, what is modified and what would have to come', async () => {
    const listing = (names: Readonly<Record<string, string>>): string =>
      `[${Object.entries(names)
        .map(([name, text]) => `{"md5": "${md5(text)}", "relpath": "${name}"}`)
        .join(', ')}]`;
    const oldListing = listing({ a: 'one', b: 'two', c: 'three' });
    const newListing = listing({ a: 'one', b: 'other', c: 'missing!' });
    const folder = (text: string): string =>
      `outs:\n- md5: ${md5(text)}.dir\n  size: 21\n  nfiles: 3\n  hash: md5\n  path: images\n`;
    const oid = 'a'.repeat(64);
    await repository.write({
      ...{ 'same.csv.dvc': pin('same', 'same.csv'), 'here.csv.dvc': pin('old', 'here.csv') },
      ...{ 'mine.csv.dvc': pin('old', 'mine.csv'), 'gone.csv.dvc': pin('gone', 'gone.csv') },
      ...{ 'images.dvc': folder(oldListing), 'big.bin': lfsPointerText({ oid, size: 500, extensions: [] }) },
      ...{ 'sub/dvc.yaml': 'stages:\n  fit:\n    cmd: x\n    outs:\n    - model.csv\n' },
      'sub/dvc.lock': `schema: '2.0'\nstages:\n  fit:\n    cmd: x\n    outs:\n    - path: model.csv\n      hash: md5\n      md5: ${md5('m1')}\n      size: 2\n`,
    });
    const from = await repository.commit();
    const other = 'b'.repeat(64);
    await rm(join(repository.root, 'gone.csv.dvc'));
    await repository.write({
      ...{ 'here.csv.dvc': pin('newer', 'here.csv'), 'mine.csv.dvc': pin('newest', 'mine.csv') },
      ...{ 'far.csv.dvc': pin('far away', 'far.csv'), 'images.dvc': folder(newListing) },
      'unlisted.dvc': `outs:\n- md5: ${md5('nowhere')}.dir\n  size: 300\n  nfiles: 30\n  hash: md5\n  path: unlisted\n`,
      'big.bin': lfsPointerText({ oid: other, size: 700, extensions: [] }),
      'sub/dvc.lock': `schema: '2.0'\nstages:\n  fit:\n    cmd: x\n    outs:\n    - path: model.csv\n      hash: md5\n      md5: ${md5('m2')}\n      size: 2\n`,
    });
    const to = await repository.commit();
    for (const text of ['newer', 'newest', 'one', 'two', 'other']) await inCache(text);
    await inCache(oldListing, '', true);
    await inCache(newListing, '', true);
    await inCache('m2', 'sub');
    await repository.write({
      'here.csv': 'old',
      'mine.csv': 'changed by hand',
      'gone.csv': 'gone',
      'images/a': 'one',
    });
    await repository.write({ 'sub/model.csv': 'm1' });

    const verdict = await compareHeads(repository.root, { from, to }, {}, repository.environment);
    assert.deepEqual(
      verdict.paths.map(one => [
        one.path,
        one.change,
        one.state,
        one.fetchFiles,
        one.fetchBytes,
        one.placeBytes,
      ]),
      [
        ['big.bin', 'changed', 'follows', 1, 700, 700],
        ['far.csv', 'added', 'follows', 1, 8, 8],
        ['gone.csv', 'removed', 'follows', 0, 0, 0],
        ['here.csv', 'changed', 'follows', 0, 0, 5],
        ['images', 'changed', 'folder', 1, 7, 12],
        ['mine.csv', 'changed', 'modified', 0, 0, 0],
        ['sub/model.csv', 'changed', 'follows', 0, 0, 2],
        // Its listing, which is not here, is no file of it.
        ['unlisted', 'added', 'follows', 30, 300, 300],
      ],
    );
    assert.deepEqual(verdict.modified, ['mine.csv']);
    assert.deepEqual(
      [verdict.toPlace, verdict.toFetch, verdict.problems],
      [{ paths: 7, bytes: 1027 }, { files: 33, bytes: 1015 }, []],
    );
    assert.deepEqual(verdict.paths[3]?.from, `md5:${md5('old')}`);

    const back = await compareHeads(repository.root, { from: to, to: from }, {}, repository.environment);
    assert.deepEqual(
      back.paths.map(one => [one.path, one.change]),
      [
        ['big.bin', 'changed'],
        ['far.csv', 'removed'],
        ['gone.csv', 'added'],
        ['here.csv', 'changed'],
        ['images', 'changed'],
        ['mine.csv', 'changed'],
        ['sub/model.csv', 'changed'],
        ['unlisted', 'removed'],
      ],
    );
    // From nothing, as after a clone: every pin.
    const all = await compareHeads(repository.root, { from: undefined, to }, {}, repository.environment);
    assert.deepEqual(
      all.paths.map(one => one.path),
      ['big.bin', 'far.csv', 'here.csv', 'images', 'mine.csv', 'same.csv', 'sub/model.csv', 'unlisted'],
    );
  });

  it('says which pins cannot be read, and judges the others', async () => {
    const from = await repository.git('rev-parse', 'HEAD');
    await repository.write({
      'bad.csv.dvc': 'outs:\n- md5: [\n',
      'out.dvc': `outs:\n- md5: ${md5('x')}\n  hash: md5\n  path: ../../outside\n`,
      'good.csv.dvc': pin('good', 'good.csv'),
    });
    const to = await repository.commit();
    const verdict = await compareHeads(repository.root, { from, to }, {}, repository.environment);
    assert.deepEqual(
      verdict.paths.map(one => one.path),
      ['good.csv'],
    );
    assert.deepEqual([...new Set(verdict.problems.map(one => one.path))].sort(), ['bad.csv.dvc', 'out.dvc']);
  });
});
