import assert from 'node:assert/strict';
import { chmod, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';

describe('takeSnapshot', () => {
  it('is HEAD when nothing changed', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const snapshot = await takeSnapshot(repository);
    assert.equal(snapshot.known, 'captured');
    assert.equal(snapshot.value.tree, await repository.git('rev-parse', 'HEAD^{tree}'));
    assert.deepEqual(snapshot.value.changed, []);
    assert.equal(snapshot.value.branch, 'main');
  });
  it('holds dirty files', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n', 'gone.txt': 'x', 'run.sh': 'x' });
    await repository.write({ 'a.txt': 'changed\n', 'new.bin': Buffer.from([0, 1, 2]) });
    await rm(join(repository.root, 'gone.txt'));
    await chmod(join(repository.root, 'run.sh'), 0o755);
    await symlink('a.txt', join(repository.root, 'link'));
    const snapshot = await takeSnapshot(repository);
    assert.equal(snapshot.known, 'captured');
    assert.deepEqual(snapshot.value.changed, [
      { path: 'a.txt', status: 'M' },
      { path: 'gone.txt', status: 'D' },
      { path: 'link', status: 'A' },
      { path: 'new.bin', status: 'A' },
      { path: 'run.sh', status: 'M' },
    ]);
  });
});
