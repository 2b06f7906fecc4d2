import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { locateProject } from '../../../src/git/locateProject.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const noVariables = {};

describe('locateProject', () => {
  it('finds the top of the working tree from a folder below it', async () => {
    await using repository = await gitRepository({ 'src/deep/train.py': 'pass\n' });
    const { root } = repository;
    const expected = { root, store: join(root, '.git', 'lockstep'), inGit: true };
    assert.deepEqual(await locateProject(join(root, 'src', 'deep'), noVariables), expected);
    assert.deepEqual(await locateProject(root, noVariables), expected);
  });

  it('gives all working trees of a repository one store', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const other = join(repository.home, 'another-tree');
    await repository.git('worktree', 'add', '--quiet', other);
    assert.deepEqual(await locateProject(other, noVariables), {
      root: other,
      store: join(repository.root, '.git', 'lockstep'),
      inGit: true,
    });
  });

  it('takes a submodule for a project of its own', async () => {
    await using inner = await gitRepository({ 'lib.py': 'pass\n' });
    await using outer = await gitRepository({ 'a.txt': 'a\n' });
    await outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'lib');
    assert.deepEqual(await locateProject(join(outer.root, 'lib'), noVariables), {
      root: join(outer.root, 'lib'),
      store: join(outer.root, '.git', 'modules', 'lib', 'lockstep'),
      inGit: true,
    });
  });

  it('honours GIT_DIR and GIT_WORK_TREE', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await using elsewhere = await temporaryFolder();
    const environment = {
      ...repository.environment,
      GIT_DIR: join(repository.root, '.git'),
      GIT_WORK_TREE: elsewhere.path,
    };
    assert.deepEqual(await locateProject(elsewhere.path, environment), {
      root: elsewhere.path,
      store: join(repository.root, '.git', 'lockstep'),
      inGit: true,
    });
  });

  it('is the folder itself outside git, unless a folder above has a store', async () => {
    await using folder = await temporaryFolder();
    const below = join(folder.path, 'a', 'b');
    await mkdir(below, { recursive: true });
    assert.deepEqual(await locateProject(below, noVariables), {
      root: below,
      store: join(below, '.lockstep'),
      inGit: false,
    });
    await mkdir(join(folder.path, '.lockstep'));
    assert.deepEqual(await locateProject(below, noVariables), {
      root: folder.path,
      store: join(folder.path, '.lockstep'),
      inGit: false,
    });
  });

  it('is not misled by a .git that is no repository', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, '.git'), 'gitdir: nowhere\n');
    assert.equal((await locateProject(folder.path, noVariables)).inGit, false);
  });
});
