import assert from 'node:assert/strict';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTrees, readBlob } from '../../../src/git/compareTrees.ts';
import { mixTrees } from '../../../src/git/mixTrees.ts';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';

const text = Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join('');

describe('compareTrees', () => {
  it('tells a snapshot from HEAD, renames included', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n', 'before.py': text, 'gone.txt': 'gone\n' });
    const { root, environment } = repository;
    await repository.write({ 'a.txt': 'changed\n', 'é new.txt': 'new\n' });
    await rename(join(root, 'before.py'), join(root, 'after.py'));
    await rename(join(root, 'gone.txt'), join(repository.home, 'gone.txt'));
    const snapshot = await takeSnapshot({ root, environment });
    if (snapshot.known === 'unknown') assert.fail(snapshot.reason);
    const { tree } = snapshot.value;
    const files = await compareTrees({ root, from: 'HEAD', to: tree, environment });
    assert.deepEqual(
      files.map(({ status, path, oldPath }) => [status, path, oldPath]),
      [
        ['M', 'a.txt', undefined],
        ['R', 'after.py', 'before.py'],
        ['D', 'gone.txt', undefined],
        ['A', 'é new.txt', undefined],
      ],
    );
    const read = async (from: string, path: string): Promise<string> =>
      (await readBlob({ root, tree: from, path, environment })).toString();
    assert.equal(await read(tree, 'a.txt'), 'changed\n');
    assert.equal(await read('HEAD', 'a.txt'), 'a\n');
    await assert.rejects(read(tree, 'gone.txt'), { code: 'object-missing' });
  });

  it('mixes two snapshots file by file, and touches nothing of the person', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'folder/c.txt': 'c\n' });
    const { root, environment } = repository;
    await repository.write({ 'a.txt': 'changed\n', 'b.txt': 'changed\n', 'é new.txt': 'new\n' });
    await rename(join(root, 'folder', 'c.txt'), join(repository.home, 'c.txt'));
    await rename(join(root, 'folder'), join(repository.home, 'folder'));
    await repository.write({ folder: 'now a file\n' });
    const snapshot = await takeSnapshot({ root, environment });
    if (snapshot.known === 'unknown') assert.fail(snapshot.reason);
    const { tree } = snapshot.value;
    const index = await readFile(join(root, '.git', 'index'));
    const mixed = async (base: string, from: string, ...paths: string[]): Promise<string[]> => {
      const id = await mixTrees({ root, environment, base, from, paths: new Set(paths) });
      const files = await compareTrees({ root, from: 'HEAD', to: id, environment });
      return files.map(({ status, path }) => `${status} ${path}`);
    };
    assert.deepEqual(await mixed(tree, 'HEAD', 'a.txt', 'é new.txt'), [
      ...['M b.txt', 'A folder', 'D folder/c.txt'],
    ]);
    assert.deepEqual(await mixed('HEAD', tree, 'folder', 'folder/c.txt', 'none.txt'), [
      ...['A folder', 'D folder/c.txt'],
    ]);
    assert.deepEqual(await mixed(tree, 'HEAD', 'a.txt', 'b.txt', 'é new.txt', 'folder', 'folder/c.txt'), []);
    assert.deepEqual(await readFile(join(root, '.git', 'index')), index);
    await assert.rejects(mixed('HEAD', '1'.repeat(40), 'a.txt'), { code: 'object-missing' });
  });

  it('says what is missing', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, environment } = repository;
    const request = { root, from: 'HEAD', to: '1'.repeat(40), environment };
    await assert.rejects(compareTrees(request), { code: 'object-missing' });
    await assert.rejects(compareTrees({ ...request, root: repository.home }), { code: 'not-a-repository' });
  });
});
