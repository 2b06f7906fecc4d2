import assert from 'node:assert/strict';
import { chmod, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeSchema } from '../../../src/runs/plan.ts';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

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

  it('is unknown outside git, and in a folder that is not there', async () => {
    await using folder = await temporaryFolder();
    for (const root of [folder.path, join(folder.path, 'nowhere')]) {
      const snapshot = await takeSnapshot({ root, environment: {} });
      assert.deepEqual(snapshot, { known: 'unknown', reason: 'The folder is not in a git repository.' });
    }
  });

  it('is unknown, with the reason, in a damaged repository', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await writeFile(join(repository.root, '.git', 'config'), '[core\n');
    const snapshot = await takeSnapshot(repository);
    if (snapshot.known !== 'unknown') assert.fail(snapshot.known);
    assert.match(snapshot.reason, /bad config/);
  });

  it('leaves nothing in the folder for temporary files', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await using temporary = await temporaryFolder();
    const usual = process.env['TMPDIR'];
    process.env['TMPDIR'] = temporary.path;
    try {
      await takeSnapshot(repository);
    } finally {
      if (usual === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = usual;
    }
    assert.deepEqual(await readdir(temporary.path), []);
  });

  it('rejects with the reason of the signal, and only then', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await repository.write({ 'a.txt': 'b\n' });
    const reason = new Error('cancelled');
    await assert.rejects(takeSnapshot({ ...repository, signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const taking = takeSnapshot({ ...repository, signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(taking, reason);
    assert.equal((await takeSnapshot(repository)).known, 'captured');
  });

  it('records where the code came from, without credentials', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await repository.git('remote', 'add', 'origin', 'https://me:secret@host/r.git');
    const head = await repository.git('rev-parse', 'HEAD');
    const first = await takeSnapshot(repository);
    if (first.known !== 'captured') assert.fail(first.reason);
    assert.deepEqual(first.value.remotes, { origin: 'https://host/r.git' });
    assert.deepEqual(first.value.rootCommits, [head]);
    assert.deepEqual(first.value.headOnRemote, { known: 'captured', value: false });
    assert.equal(first.value.headCommitText, `${await repository.git('cat-file', 'commit', 'HEAD')}\n`);
    await repository.git('update-ref', 'refs/remotes/origin/main', head);
    const second = await takeSnapshot(repository);
    if (second.known !== 'captured') assert.fail(second.reason);
    assert.deepEqual(second.value.headOnRemote, { known: 'captured', value: true });
    assert.ok(codeSchema.safeParse(JSON.parse(JSON.stringify(second.value))).success);
  });
});
