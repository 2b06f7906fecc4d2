import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { findRepository } from '../../../src/git/findRepository.ts';
import { followHook } from '../../../src/data/sync/followHook.ts';
import { installHooks, removeHooks } from '../../../src/data/sync/gitHooks.ts';
import { lfsPointerText } from '../../../src/data/lfs/lfsPointer.ts';
import { openLfsRepository, lfsObjectPath } from '../../../src/data/lfs/lfsRepository.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';

async function found({ root, environment }: GitRepository) {
  const git = await findRepository(root, environment);
  assert.ok(git);
  return git;
}

describe('hooks of git for pinned data', () => {
  it('are made, run after checkouts and merges, and go without a trace', async () => {
    await using repository = await gitRepository({ 'a.txt': '1\n' });
    const git = await found(repository);
    const hooks = join(repository.root, '.git', 'hooks');
    const before = await readdir(hooks);
    const made = await installHooks(git, false, repository.environment);
    assert.deepEqual(
      made.map(one => one.change),
      ['created', 'created', 'created'],
    );
    assert.deepEqual(
      (await installHooks(git, false, repository.environment)).map(one => one.change),
      ['same', 'same', 'same'],
    );
    const programs = join(repository.home, 'bin');
    const log = join(repository.home, 'calls');
    await mkdir(programs);
    // Fails, too: a checkout must not.
    await writeFile(join(programs, 'lockstep'), `#!/bin/sh\necho "$*" >> '${log}'\nexit 3\n`, {
      mode: 0o755,
    });
    const env = { ...repository.environment, PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}` };
    const run = async (...args: string[]): Promise<void> => {
      const outcome = await runCommand({ program: 'git', args, cwd: repository.root, env });
      assert.equal(outcome.exitCode, 0, outcome.stderr);
    };
    const first = await repository.git('rev-parse', 'HEAD');
    await run('checkout', '--quiet', '-b', 'side');
    await repository.write({ 'a.txt': '2\n' });
    const second = await repository.commit();
    await run('checkout', '--quiet', 'main');
    await run('checkout', '--quiet', 'side', '--', 'a.txt');
    await run('checkout', '--quiet', '--force', 'main');
    await run('merge', '--quiet', 'side');
    assert.deepEqual((await readFile(log, 'utf8')).trim().split('\n'), [
      `data hook run post-checkout ${first} ${first} 1`,
      `data hook run post-checkout ${second} ${first} 1`,
      `data hook run post-checkout ${first} ${first} 1`,
      'data hook run post-merge 0',
    ]);
    assert.equal((await removeHooks(git, repository.environment)).length, 3);
    assert.deepEqual(await readdir(hooks), before);
    // Without the program, checkouts go on.
    await installHooks(git, false, repository.environment);
    await repository.git('checkout', '--quiet', '-b', 'other');
  });

  it('leave a hook of somebody else alone unless they are to be added to it', async () => {
    await using repository = await gitRepository({ 'a.txt': '1\n' });
    const git = await found(repository);
    const hook = join(repository.root, '.git', 'hooks', 'post-merge');
    const text = '#!/usr/bin/env bash\nset -e\ngit lfs post-merge "$@"\nexit 0\n';
    await mkdir(join(hook, '..'), { recursive: true });
    await writeFile(hook, text);
    await chmod(hook, 0o750);
    await assert.rejects(installHooks(git, false, repository.environment), {
      code: 'hook-exists',
      mend: 'Run: lockstep data hook install --add',
    });
    assert.equal(await stat(join(hook, '..', 'post-checkout')).catch(() => undefined), undefined);
    await installHooks(git, true, repository.environment);
    const added = await readFile(hook, 'utf8');
    assert.match(added, /^#!\/usr\/bin\/env bash\n# >>> lockstep[^]*# <<< lockstep\nset -e\n/);
    await removeHooks(git, repository.environment);
    assert.equal(await readFile(hook, 'utf8'), text);
    assert.equal((await stat(hook)).mode & 0o777, 0o750);
    await writeFile(hook, '#!/usr/bin/env python3\nprint()\n');
    await assert.rejects(installHooks(git, true, repository.environment), { code: 'hook-exists' });
  });

  it('are never written where hooks are part of the code, and go where core.hooksPath says else', async () => {
    await using repository = await gitRepository({ '.husky/_/post-merge': '#!/bin/sh\n' });
    const git = await found(repository);
    await repository.git('config', 'core.hooksPath', '.husky/_');
    await assert.rejects(installHooks(git, true, repository.environment), { code: 'hooks-are-tracked' });
    const elsewhere = join(repository.home, 'my hooks');
    await repository.git('config', 'core.hooksPath', elsewhere);
    await installHooks(git, false, repository.environment);
    assert.deepEqual((await readdir(elsewhere)).sort(), ['post-checkout', 'post-merge', 'post-rewrite']);
  });
});

describe('followHook', () => {
  it('fills what is local at once, asks for what is not, and does nothing in a rebase', async () => {
    const pointer = (oid: string): string => lfsPointerText({ oid, size: 5, extensions: [] });
    // sha256 of "hello"
    const here = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    await using repository = await gitRepository({ '.gitattributes': '*.bin filter=lfs -text\n' });
    const first = await repository.git('rev-parse', 'HEAD');
    await repository.write({ 'a.bin': pointer(here) });
    const second = await repository.commit();
    const lfs = await openLfsRepository(repository.root, repository.environment);
    assert.ok(lfs);
    const object = lfsObjectPath(lfs, here);
    await mkdir(join(object, '..'), { recursive: true });
    await writeFile(object, 'hello');
    const follow = (from: string) =>
      followHook(repository.root, 'post-checkout', [from, second, '1'], {}, repository.environment);
    assert.deepEqual((await follow(first))?.outcome?.placed, ['a.bin']);
    assert.equal(await readFile(join(repository.root, 'a.bin'), 'utf8'), 'hello');
    assert.deepEqual((await follow(first))?.decision, { act: 'nothing' });
    assert.equal(await repository.git('status', '--porcelain'), '');

    await repository.write({ 'b.bin': pointer('b'.repeat(64)) });
    await repository.commit();
    assert.deepEqual((await follow(second))?.decision, { act: 'ask', reasons: ['download'] });
    await repository.git('config', 'lockstep.syncOnCheckout', 'never');
    assert.deepEqual((await follow(second))?.decision, { act: 'leave', because: 'setting' });
    await mkdir(join(repository.root, '.git', 'rebase-merge'));
    assert.deepEqual((await follow(second))?.decision, { act: 'leave', because: 'rebase' });
  });
});
