import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTrees, readBlob } from '../../../src/git/compareTrees.ts';
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

  it('says what is missing', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, environment } = repository;
    const request = { root, from: 'HEAD', to: '1'.repeat(40), environment };
    await assert.rejects(compareTrees(request), { code: 'object-missing' });
    await assert.rejects(compareTrees({ ...request, root: repository.home }), { code: 'not-a-repository' });
  });
});
