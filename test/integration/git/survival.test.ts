/** What was recorded outlives everything that people do to repositories. */
import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { findRepository } from '../../../src/git/findRepository.ts';
import { keepTrees, listKeptTrees, releaseTrees } from '../../../src/git/keepTrees.ts';
import { locateProject } from '../../../src/git/locateProject.ts';
import { createPrivateCheckout } from '../../../src/git/privateCheckout.ts';
import type { GitContext } from '../../../src/git/runGit.ts';
import { snapshotRepositoryOf } from '../../../src/git/snapshotStore.ts';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import { releaseUnneeded } from '../../../src/git/releaseUnneeded.ts';
import type { Code } from '../../../src/runs/plan.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { often } from '../../helpers/soak.ts';
import { workingFiles } from '../../helpers/workingFiles.ts';

async function snapshotOf(repository: GitRepository, root = repository.root): Promise<Code> {
  const snapshot = await takeSnapshot({ root, environment: repository.environment });
  if (snapshot.known === 'unknown') assert.fail(snapshot.reason);
  return snapshot.value;
}

async function storeContext(repository: GitRepository): Promise<GitContext> {
  const found = await findRepository(repository.root, {});
  assert.ok(found !== undefined);
  return { repository: snapshotRepositoryOf(found), environment: repository.environment };
}

/** Git in the store of the snapshots, which sees the objects of the repository, too. */
async function inStore(repository: GitRepository, ...args: string[]): Promise<string> {
  const store = join(repository.root, '.git', 'lockstep', 'snapshots.git');
  const outcome = await runCommand({
    program: 'git',
    args: [`--git-dir=${store}`, ...args],
    env: {
      ...repository.environment,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: join(repository.root, '.git', 'objects'),
    },
  });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return outcome.stdout.toString('utf8').trim();
}

async function collectEverything(repository: GitRepository): Promise<void> {
  await repository.git('reflog', 'expire', '--expire=now', '--expire-unreachable=now', '--all');
  await repository.git('gc', '--quiet', '--prune=now');
}

describe('recorded code', function () {
  this.timeout(120_000);

  it('survives clean, a removed working tree, a deleted branch and garbage collection', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n', '.gitattributes': '*.dos text\n' });
    const { root, home, environment } = repository;
    const tree = join(home, 'linked');
    await repository.git('worktree', 'add', '--quiet', '-b', 'experiment', tree);
    await writeFile(join(tree, 'a.txt'), 'committed on the branch\n');
    await repository.git('-C', tree, 'add', '.');
    const asTester = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
    for (const message of ['one', 'two'])
      await repository.git(
        '-C',
        tree,
        ...asTester,
        'commit',
        '--quiet',
        '--allow-empty',
        '--message',
        message,
      );
    await writeFile(join(tree, 'a.txt'), 'not committed\n');
    await writeFile(join(tree, 'raw.dos'), 'one\r\ntwo\r\n');
    await writeFile(join(tree, 'staged.txt'), 'only the index names this\n');
    await repository.git('-C', tree, 'add', 'staged.txt');
    const code = await snapshotOf(repository, tree);
    const expected = await workingFiles(tree);
    assert.equal(code.branch, 'experiment');

    await repository.git('-C', tree, 'clean', '--quiet', '-ffdx');
    await repository.git('worktree', 'remove', '--force', tree);
    await repository.git('branch', '--quiet', '-D', 'experiment');
    await repository.git('clean', '--quiet', '-ffdx');
    await collectEverything(repository);
    await assert.rejects(repository.git('cat-file', '-e', code.head ?? ''), 'the commit itself is collected');

    const target = join(home, 'checkout');
    await createPrivateCheckout({ root, code, target, environment });
    assert.deepEqual(await workingFiles(target), expected);
    assert.equal(await repository.git('-C', target, 'rev-parse', 'HEAD'), code.head);
    assert.equal(await repository.git('-C', target, 'log', '-1', '--format=%s'), 'two');
    await repository.git('-C', target, 'fsck', '--connectivity-only');
  });

  it('survives in submodules, too', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, home, environment } = repository;
    const source = join(home, 'library');
    await mkdir(source);
    await repository.git('-C', source, 'init', '--quiet');
    const asTester = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
    await repository.git(
      '-C',
      source,
      ...asTester,
      'commit',
      '--quiet',
      '--allow-empty',
      '--message',
      'empty',
    );
    await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, 'lib');
    await repository.commit();
    await repository.write({ 'lib/edited.py': 'never committed\n' });
    const code = await snapshotOf(repository);
    const expected = await workingFiles(root);

    await repository.git('submodule', '--quiet', 'deinit', '--force', '--all');
    await repository.git('--git-dir=.git/modules/lib', '--work-tree=.', 'gc', '--quiet', '--prune=now');
    await collectEverything(repository);

    const target = join(home, 'checkout');
    const { missing } = await createPrivateCheckout({ root, code, target, environment });
    assert.deepEqual(missing, []);
    assert.deepEqual(await workingFiles(target), expected);
  });

  it('survives in submodules of a working tree that is removed', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, home, environment } = repository;
    const source = join(home, 'library');
    await mkdir(source);
    await repository.git('-C', source, 'init', '--quiet');
    const asTester = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
    await writeFile(join(source, 'lib.py'), 'lib\n');
    await repository.git('-C', source, 'add', '.');
    await repository.git('-C', source, ...asTester, 'commit', '--quiet', '--message', 'lib');
    const local = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet'];
    await repository.git(...local, 'add', source, 'lib');
    await repository.commit();
    const linked = join(home, 'linked');
    await repository.git('worktree', 'add', '--quiet', '--detach', linked);
    await repository.git('-C', linked, ...local, 'update', '--init');
    await writeFile(join(linked, 'lib', 'lib.py'), 'edited\n');
    const code = await snapshotOf(repository, linked);
    assert.equal((await snapshotOf(repository, linked)).submodules[0]?.tree, code.submodules[0]?.tree);
    const expected = await workingFiles(linked);

    await repository.git('worktree', 'remove', '--force', linked);
    await repository.git('rm', '--quiet', '--force', 'lib');
    await rm(join(root, '.git', 'modules'), { recursive: true });
    await collectEverything(repository);

    const target = join(home, 'checkout');
    const { missing } = await createPrivateCheckout({ root, code, target, environment });
    assert.deepEqual(missing, []);
    assert.deepEqual(await workingFiles(target), expected);
    assert.equal(
      await repository.git('-C', join(target, 'lib'), 'rev-parse', 'HEAD'),
      code.submodules[0]?.head,
    );
  });

  it('is not shown by git, and not a commit', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const before = await repository.git('log', '--all', '--decorate', '--format=%H %D');
    await repository.write({ 'a.txt': 'changed\n' });
    const code = await snapshotOf(repository);
    assert.equal(await repository.git('log', '--all', '--decorate', '--format=%H %D'), before);
    assert.equal(await repository.git('branch', '--all', '--list'), '* main');
    assert.equal(await repository.git('stash', 'list'), '');
    const refs = await repository.git('for-each-ref', '--format=%(refname) %(objecttype)', 'refs/lockstep');
    assert.ok(
      refs.split('\n').every(line => line.endsWith(' tree')),
      refs,
    );
    await repository.git('fsck', '--strict');
    await assert.rejects(repository.git('cat-file', '-e', code.tree), 'it is in a store of its own');
  });

  it('takes one snapshot for many runs of the same code', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await repository.write({ 'a.txt': 'changed\n' });
    const first = await snapshotOf(repository);
    const objects = await inStore(repository, 'count-objects');
    const refs = await inStore(repository, 'for-each-ref');
    for (let run = 0; run < 5; run++) assert.equal((await snapshotOf(repository)).tree, first.tree);
    assert.equal(await inStore(repository, 'count-objects'), objects);
    assert.equal(await inStore(repository, 'for-each-ref'), refs);
  });

  it('keeps every snapshot of many that different processes take at once', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, environment } = repository;
    const worker = join(import.meta.dirname, 'snapshotWorker.ts');
    const processes = often(8, 20);
    const printed = await Promise.all(
      Array.from({ length: processes }, async (_, index) => {
        const outcome = await runCommand({
          program: process.execPath,
          args: [worker, root, String(index)],
          env: environment,
        });
        assert.equal(outcome.exitCode, 0, outcome.stderr);
        return outcome.stdout.toString('utf8').split('\n');
      }),
    );
    const trees = printed.flat();
    assert.equal(trees.length, 5 * processes);
    const kept = await listKeptTrees(await storeContext(repository));
    for (const tree of trees) assert.ok(kept.includes(tree), `${tree} is kept`);
    await collectEverything(repository);
    for (const tree of new Set(trees)) {
      const listed = await inStore(repository, 'ls-tree', '-r', '--format=%(objectname)', tree);
      for (const blob of listed.split('\n')) await inStore(repository, 'cat-file', '-e', blob);
    }
  });

  it('leaves no trace of the states in between', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    for (let run = 0; run < 20; run++) {
      await repository.write({ 'a.txt': `${run}\n` });
      await snapshotOf(repository);
    }
    const objects = await inStore(repository, 'count-objects');
    // For each run a file, a tree and a place on a shelf that no other run took.
    assert.ok(Number(/^\d+/.exec(objects)?.[0]) <= 3 * 20, objects);
  });

  it('goes on where a loss of power left a ref without its object', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const context = await storeContext(repository);
    await repository.write({ 'a.txt': 'one\n' });
    const { tree } = await snapshotOf(repository);
    const ref = `refs/lockstep/snapshots/${tree.slice(0, 2)}`;
    const shelf = await inStore(repository, 'rev-parse', ref);
    const store = join(repository.root, '.git', 'lockstep', 'snapshots.git');
    await rm(join(store, 'objects', shelf.slice(0, 2), shelf.slice(2)));
    assert.equal((await snapshotOf(repository)).tree, tree);
    assert.deepEqual(await listKeptTrees(context), [tree]);
  });

  it('is kept in the same way where git packed the refs, and by git as by us', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const context = await storeContext(repository);
    const kept = new Set<string>();
    for (const step of ['pack-refs', 'gc', '', 'pack-refs']) {
      await repository.write({ 'a.txt': `${kept.size} ${step}\n` });
      kept.add((await snapshotOf(repository)).tree);
      if (step === 'pack-refs') await inStore(repository, 'pack-refs', '--all');
      if (step === 'gc') await inStore(repository, 'gc', '--quiet', '--prune=now');
      assert.deepEqual(await listKeptTrees(context), [...kept].sort());
    }
    await inStore(repository, 'fsck', '--strict');
  });

  it('lets go of what nobody needs', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const context = await storeContext(repository);
    await repository.write({ 'a.txt': 'one\n' });
    const one = (await snapshotOf(repository)).tree;
    await repository.write({ 'a.txt': 'two\n' });
    const two = (await snapshotOf(repository)).tree;
    await releaseTrees(context, [one]);
    const kept = await listKeptTrees(context);
    assert.ok(!kept.includes(one) && kept.includes(two));
    await keepTrees(context, [two]);
    assert.deepEqual(await listKeptTrees(context), kept);
  });

  it('lets go only of what was unneeded twice, a day apart', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, environment } = repository;
    await repository.write({ 'a.txt': 'one\n' });
    const one = await snapshotOf(repository);
    await repository.write({ 'a.txt': 'two\n' });
    const two = await snapshotOf(repository);
    const hour = 60 * 60 * 1000;
    const look = (hours: number, needed: Code[]): Promise<string[]> =>
      releaseUnneeded({
        store: join(root, '.git', 'lockstep'),
        environment,
        needed: () => Promise.resolve(needed),
        now: hours * hour,
      });
    assert.deepEqual(await look(0, [one]), []);
    assert.deepEqual(await look(1, [one, two]), []);
    assert.deepEqual(await look(30, [one]), [], 'a new run needed it in between');
    assert.deepEqual(await look(53, [one]), []);
    assert.deepEqual(await look(54, [one]), [two.tree]);
    assert.deepEqual(await look(55, []), []);
    assert.deepEqual(await look(80, []), [one.tree, one.headTree].sort());
  });

  it('is found again from another working tree, and after the repository moved', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await repository.write({ 'new.py': 'pass\n' });
    const code = await snapshotOf(repository);
    const expected = await workingFiles(repository.root);
    const moved = join(repository.home, 'moved here');
    await rename(repository.root, moved);
    const linked = join(repository.home, 'linked');
    await mkdir(repository.root);
    await repository.git('-C', moved, 'worktree', 'add', '--quiet', linked);
    assert.equal((await locateProject(linked, {})).store, join(moved, '.git', 'lockstep'));
    const target = join(repository.home, 'checkout');
    await createPrivateCheckout({ root: linked, code, target, environment: repository.environment });
    assert.deepEqual(await workingFiles(target), expected);
    await rm(target, { recursive: true });
  });
});
