/** Repositories of other users, and files that may not be read: root can read everything, so these run as nobody. */
import assert from 'node:assert/strict';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import type { Known } from '../../../src/runs/known.ts';
import type { Code } from '../../../src/runs/plan.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';

const nobody = 65534;
const isRoot = process.getuid?.() === 0;

/** Takes the snapshot as a user who is bound by permissions: as nobody where the tests run as root. */
async function snapshotWithoutPrivilege(repository: GitRepository): Promise<Known<Code>> {
  const { root, environment } = repository;
  if (!isRoot) return takeSnapshot({ root, environment });
  const owned = await runCommand({
    program: 'chown',
    args: ['-R', `${nobody}:${nobody}`, dirname(root)],
  });
  assert.equal(owned.exitCode, 0);
  const module = join(import.meta.dirname, '../../../src/git/takeSnapshot.ts');
  const script = `import(${JSON.stringify(module)}).then(async ({ takeSnapshot }) =>
    process.stdout.write(JSON.stringify(await takeSnapshot({ root: ${JSON.stringify(root)} }))))`;
  const outcome = await runCommand({
    program: 'setpriv',
    args: [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', process.execPath, '--eval', script],
    env: environment,
    cwd: root,
  });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return JSON.parse(outcome.stdout.toString('utf8')) as Known<Code>;
}

async function canDropPrivilege(): Promise<boolean> {
  if (!isRoot) return true;
  const args = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', process.execPath, '--version'];
  const outcome = await runCommand({ program: 'setpriv', args }).catch(() => undefined);
  return outcome?.exitCode === 0;
}

describe('a snapshot under permissions', function () {
  this.timeout(120_000);

  before(async function () {
    if (!(await canDropPrivilege())) this.skip();
  });

  it('lists unreadable files and folders, and never puts old content in their place', async () => {
    await using repository = await gitRepository({ 'tracked.txt': 'old\n', 'a.txt': 'a\n' });
    const { root } = repository;
    await repository.write({
      'tracked.txt': 'newer\n',
      'secret.txt': 'secret\n',
      'closed/x.txt': 'x\n',
      'b.txt': 'b\n',
    });
    await chmod(join(root, 'tracked.txt'), 0);
    await chmod(join(root, 'secret.txt'), 0);
    await chmod(join(root, 'closed'), 0);
    try {
      const snapshot = await snapshotWithoutPrivilege(repository);
      if (snapshot.known !== 'declared') assert.fail(JSON.stringify(snapshot));
      assert.deepEqual(snapshot.value.gaps.map(gap => `${gap.path} ${gap.reason}`).sort(), [
        'closed/ unreadable',
        'secret.txt unreadable',
        'tracked.txt unreadable',
      ]);
      assert.match(snapshot.reason ?? '', /cannot be read/);
      const tree = snapshot.value.tree;
      const store = `--git-dir=${join(root, '.git', 'lockstep', 'snapshots.git')}`;
      const trusting = ['-c', 'safe.directory=*', store];
      const held = await repository.git(...trusting, 'ls-tree', '-r', '--name-only', tree);
      assert.deepEqual(held.split('\n'), ['a.txt', 'b.txt']);
    } finally {
      await chmod(join(root, 'closed'), 0o755);
    }
  });

  it('says that git refuses a repository of another user, and how to trust it', async function () {
    if (!isRoot) this.skip();
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, home, environment } = repository;
    await chown(root, nobody, nobody);
    await chown(join(root, '.git'), nobody, nobody);
    const before = await repositoryFingerprint(root);
    const snapshot = await takeSnapshot({ root, environment });
    if (snapshot.known !== 'unknown') assert.fail(snapshot.known);
    assert.match(snapshot.reason, /another user.*safe\.directory/s);
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);

    await mkdir(home, { recursive: true });
    await writeFile(join(home, '.gitconfig'), `[safe]\n\tdirectory = ${root}\n`);
    assert.equal((await takeSnapshot({ root, environment })).known, 'captured');
  });

  it('is unknown, with the reason, where git may not write', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    await repository.write({ 'a.txt': 'changed\n' });
    await repository.git('pack-refs', '--all');
    const objects = join(repository.root, '.git', 'objects');
    await runCommand({ program: 'chmod', args: ['-R', 'a-w', objects] });
    try {
      const snapshot = await snapshotWithoutPrivilege(repository);
      if (snapshot.known !== 'unknown') assert.fail(JSON.stringify(snapshot));
      assert.match(snapshot.reason, /ermission/);
    } finally {
      await runCommand({ program: 'chmod', args: ['-R', 'u+w', objects] });
    }
  });
});
