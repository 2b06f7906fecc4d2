/** Deleting runs for good frees their snapshots, and never one that any run needs. */
import assert from 'node:assert/strict';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import { runCommand } from '../../../src/base/runCommand.ts';
import { releaseSnapshots } from '../../../src/execution/releaseSnapshots.ts';
import { releaseUnneeded } from '../../../src/git/releaseUnneeded.ts';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import type { Code } from '../../../src/runs/plan.ts';
import { runPaths, runPathsIn, storePaths } from '../../../src/runs/runPaths.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';

const day = 24 * 60 * 60 * 1000;
const start = Date.UTC(2026, 0, 1);

async function snapshotOf(repository: GitRepository, text: string, root = repository.root): Promise<Code> {
  await writeFile(join(root, 'a.txt'), text);
  const snapshot = await takeSnapshot({ root, environment: repository.environment });
  if (snapshot.known === 'unknown') assert.fail(snapshot.reason);
  return snapshot.value;
}

async function writePlan(plan: string, code: Code): Promise<void> {
  await mkdir(dirname(plan), { recursive: true });
  await writeFile(plan, JSON.stringify({ schemaVersion: 1, code: { known: 'captured', value: code } }));
}

/** Whether the snapshot can be read to its last file. */
async function isThere(repository: GitRepository, { tree }: Code): Promise<boolean> {
  const objects = join(repository.root, '.git', 'objects');
  const outcome = await runCommand({
    program: 'git',
    args: [`--git-dir=${join(repository.root, '.git', 'lockstep', 'snapshots.git')}`, 'archive', tree],
    env: { ...repository.environment, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects },
  });
  return outcome.exitCode === 0;
}

/** As if all objects had been written long ago. */
async function age(repository: GitRepository): Promise<void> {
  const objects = join(repository.root, '.git', 'lockstep', 'snapshots.git', 'objects');
  const found = await runCommand({ program: 'find', args: [objects, '-type', 'f', '-print0'] });
  for (const path of found.stdout.toString('utf8').split('\0').filter(Boolean))
    await utimes(path, new Date(2001, 1), new Date(2001, 1));
}

describe('snapshots of deleted runs', function () {
  this.timeout(120_000);

  it('go in three looks, and those of runs here and in the trash stay', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const store = join(repository.root, '.git', 'lockstep');
    const [kept, trashed, deleted] = [
      await snapshotOf(repository, 'kept\n'),
      await snapshotOf(repository, 'trashed\n'),
      await snapshotOf(repository, 'deleted\n'),
    ];
    const trash = join(storePaths(store).trash, ulid(start), ulid(start));
    await writePlan(runPaths(store, ulid(start)).plan, kept);
    await writePlan(runPathsIn(trash).plan, trashed);
    const look = async (days: number, emptied = 0): Promise<string[]> => {
      await age(repository);
      const { environment } = repository;
      return releaseSnapshots({ ...{ store, environment, emptied }, now: start + days * day });
    };
    assert.deepEqual(await look(10), [], 'nothing was deleted, so nothing is looked at');
    assert.deepEqual(await look(20), []);
    assert.deepEqual(await look(30, 1), []);
    assert.deepEqual(await look(30.5), []);
    assert.deepEqual(await look(32), [deleted.tree]);
    assert.equal(await isThere(repository, deleted), true, 'objects go later');
    assert.deepEqual(await look(34), []);
    assert.equal(await isThere(repository, deleted), false);
    assert.equal(await isThere(repository, kept), true);
    assert.equal(await isThere(repository, trashed), true);
  });

  it('stay while a record cannot be told: damaged, or still preparing', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const store = join(repository.root, '.git', 'lockstep');
    const { tree } = await snapshotOf(repository, 'deleted\n');
    const { environment } = repository;
    const look = (days: number): Promise<string[]> =>
      releaseSnapshots({ ...{ store, environment, emptied: 1 }, now: start + days * day });
    await look(0);
    const damaged = runPaths(store, ulid(start));
    await mkdir(damaged.dir, { recursive: true });
    await writeFile(damaged.plan, '{"code": {"known"');
    assert.deepEqual(await look(2), []);
    await rm(damaged.dir, { recursive: true });
    const preparing = runPaths(store, ulid(start + 2 * day));
    await mkdir(preparing.dir, { recursive: true });
    assert.deepEqual(await look(2.5), []);
    assert.ok((await look(4)).includes(tree), 'a run that never had a plan holds nothing up');
  });

  it('are kept again for a run that started in the very moment of their release', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const store = join(repository.root, '.git', 'lockstep');
    const code = await snapshotOf(repository, 'the same again\n');
    const answers: Code[][] = [];
    const look = async (days: number): Promise<string[]> => {
      await age(repository);
      const needed = (): Promise<Code[]> => Promise.resolve(answers.shift() ?? [code]);
      const { environment } = repository;
      return releaseUnneeded({ store, environment, needed, now: start + days * day });
    };
    answers.push([]);
    await look(0);
    answers.push([], [code]);
    assert.deepEqual(await look(2), [], 'its plan was written right after the first question');
    answers.push([]);
    await look(4);
    answers.push([], []);
    assert.ok((await look(6)).includes(code.tree), 'its plan was written after the second question');
    await look(8);
    assert.equal(await isThere(repository, code), true);
  });

  it('stay inside submodules, whose repository does not know all runs', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, home, environment } = repository;
    const source = join(home, 'library');
    await mkdir(source);
    await writeFile(join(source, 'a.txt'), 'lib\n');
    const asTester = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
    await repository.git('-C', source, 'init', '--quiet');
    await repository.git('-C', source, 'add', '.');
    await repository.git('-C', source, ...asTester, 'commit', '--quiet', '--message', 'lib');
    await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, 'lib');
    await repository.commit();
    await writeFile(join(root, 'lib', 'a.txt'), 'edited\n');
    await snapshotOf(repository, 'outer\n');
    const store = join(root, '.git', 'modules', 'lib', 'lockstep');
    for (const days of [0, 2, 4])
      assert.deepEqual(
        await releaseSnapshots({ ...{ store, environment, emptied: 1 }, now: start + days * day }),
        [],
      );
  });
});
