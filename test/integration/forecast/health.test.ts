/** The health of real runs: real git with a bare remote, pinned data with a remote on disk, and what happens to them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  canReproduce,
  forecastReproduction,
} from '../../../src/reproduction/forecast/forecastReproduction.ts';
import { isGone } from '../../../src/reproduction/forecast/forecastSentence.ts';
import { checkHealth } from '../../../src/reproduction/health/checkHealth.ts';
import { runHealthSchema, type RunHealth } from '../../../src/runs/runHealth.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { healthOutputSchema } from '../../../src/cli/output/healthOutput.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';
import { repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const trainer = `
import os
print('{"step": 0, "sum": %d}' % sum(int(line) for line in open('numbers.csv')))
if os.path.exists('labels.txt'):
    open('labels.txt').read()
if os.path.exists('large.bin'):
    open('large.bin', 'rb').read(1)
if os.path.exists('state.txt'):
    state = int(open('state.txt').read())
    open('state.txt', 'w').write(str(state + 1000))
`;

const md5 = createHash('md5').update('1\n2\n').digest('hex');
const object = `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;

describe('the health of runs', function () {
  this.timeout(120_000);
  let project: CliProject;
  let dataRemote: string;
  let gitRemote: string;

  before(async () => {
    project = await cliProject({ 'train.py': trainer, '.gitignore': 'labels.txt\nstate.txt\n' });
    const { root, repository } = project;
    await repository.write({ 'numbers.csv': '1\n2\n' });
    assert.equal((await project.lockstep(['data', 'add', 'numbers.csv'])).code, 0);
    dataRemote = join(repository.home, 'data remote');
    gitRemote = join(repository.home, 'git remote.git');
    await mkdir(dataRemote);
    await repository.git('init', '--quiet', '--bare', gitRemote);
    await repository.git('remote', 'add', 'origin', gitRemote);
    await repository.write({
      '.dvc/config': `[core]\n    remote = here\n['remote "here"']\n    url = ${dataRemote}\n`,
    });
    await repository.commit('data');
    await rm(join(root, '__pycache__'), { recursive: true, force: true });
    const run = await project.lockstep(['run', '--name', 'clean', '--', 'python3', 'train.py']);
    assert.equal(run.code, 0, run.stderr);
  });

  after(() => project[Symbol.asyncDispose]());

  async function check(run: string): Promise<RunHealth> {
    const { root, environment } = project;
    const runs = new RunStore(join(root, '.git', 'lockstep'));
    const original = await runs.read(await runs.resolve(run));
    return runHealthSchema.parse(
      await checkHealth({ original, store: runs.store, root, variables: environment }),
    );
  }

  async function codes(run: string): Promise<string[]> {
    return (await check(run)).problems.map(one => `${one.severity} ${one.code}`);
  }

  it('is asked of starred runs, and says so where none is', async () => {
    const none = await project.lockstep(['health']);
    assert.deepEqual([none.code, none.stdout.startsWith('No run is starred.')], [0, true]);
    await project.lockstep(['annotate', 'clean', '--star']);
    const before = await repositoryFingerprint(project.root);
    const one = await project.json(['health', '--json']);
    assert.deepEqual(await repositoryFingerprint(project.root), before);
    assert.equal(one.code, 1);
    const [health] = healthOutputSchema.parse(one.document).runs;
    assert.ok(health !== undefined);
    assert.deepEqual(
      health.problems.map(({ code, severity, mend }) => [code, severity, mend]),
      [
        [
          'commit-unpushed',
          'at-risk',
          `Push it (git push), or share the run: lockstep share push ${health.runId.slice(-6)}`,
        ],
        ['data-not-in-remote', 'at-risk', 'Push it: lockstep data push numbers.csv'],
      ],
    );
  });

  it('is well when commit and data are pushed', async () => {
    await project.repository.git('push', '--quiet', '--set-upstream', 'origin', 'main');
    assert.equal((await project.lockstep(['data', 'push'])).code, 0);
    const { code, stdout } = await project.lockstep(['health']);
    assert.deepEqual(
      [code, stdout],
      [0, `✓ ${(await check('clean')).runId.slice(-6)} clean  can be reproduced\n`],
    );
  });

  it('misses what only this machine has of a dirty tree, until it is shared', async () => {
    const { root, repository } = project;
    await writeFile(join(root, 'train.py'), `${trainer}print('more')\n`);
    const run = await project.lockstep(['run', '--name', 'dirty', '--', 'python3', 'train.py']);
    assert.equal(run.code, 0, run.stderr);
    await repository.git('checkout', '--quiet', '--', 'train.py');
    assert.deepEqual(await codes('dirty'), ['at-risk snapshot-local-only']);
    const { runId } = await check('dirty');
    const ref = `refs/lockstep/shared/${runId.slice(-2).toLowerCase()}/${runId}`;
    await repository.git('push', '--quiet', 'origin', `HEAD:${ref}`);
    assert.deepEqual(await codes('dirty'), []);
    await repository.git('push', '--quiet', 'origin', `:${ref}`);
    // A remote over the network is not asked unasked.
    await repository.git('remote', 'set-url', 'origin', 'https://git.invalid/x.git');
    const far = await check('dirty');
    assert.deepEqual(far.problems, []);
    assert.deepEqual(far.unchecked, ['whether origin has its snapshot (--remote asks)']);
    await repository.git('remote', 'set-url', 'origin', gitRemote);
  });

  it('ends with data that nobody has any more, and with inputs that have changed', async () => {
    const { root } = project;
    const cached = join(root, '.dvc/cache', object);
    const pushed = join(dataRemote, object);
    await rename(cached, `${cached}.aside`);
    assert.deepEqual(await codes('clean'), [], 'the remote has it');
    await rename(pushed, `${pushed}.aside`);
    assert.deepEqual(await codes('clean'), ['gone data-missing']);
    await rename(`${cached}.aside`, cached);
    await rename(`${pushed}.aside`, pushed);
    await writeFile(join(root, 'labels.txt'), 'cat');
    assert.deepEqual(await codes('clean'), []);
    const run = await project.lockstep(['run', '--name', 'labelled', '--', 'python3', 'train.py']);
    assert.equal(run.code, 0, run.stderr);
    const labelled = async (): Promise<(string | undefined)[]> =>
      (await check('labelled')).problems.map(({ severity, code, mend }) => `${severity} ${code}: ${mend}`);
    // Which files were read is written down when the run is over.
    await waitFor('the inputs', async () => (await labelled()).length > 0);
    assert.deepEqual(await labelled(), [
      'at-risk data-unpinned: Pin it, and run again for a record with the pin: lockstep data add labels.txt',
    ]);
    // Pinning mends the next run, and brings the file back for this one.
    assert.equal((await project.lockstep(['data', 'add', 'labels.txt'])).code, 0);
    const [pinned] = await labelled();
    assert.match(pinned ?? '', /^at-risk data-unpinned: Run again .*lockstep data checkout labels\.txt$/);
    await rm(join(root, 'labels.txt'));
    assert.match((await labelled())[0] ?? '', /^gone data-missing: .*lockstep data checkout labels\.txt\.$/);
    const gone = await project.lockstep(['reproduce', 'labelled']);
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /lockstep data checkout labels\.txt\. Then try again\./);
    assert.equal((await project.lockstep(['data', 'checkout', 'labels.txt'])).code, 0);
    await rm(join(root, 'labels.txt.dvc'));
    await writeFile(join(root, 'labels.txt'), 'dog');
    assert.deepEqual(await codes('labelled'), ['gone input-changed']);
    await rm(join(root, 'labels.txt'));
    assert.deepEqual(await codes('labelled'), ['gone data-missing']);
  });

  it('says what the forecast says: a file over the size limit, and a checkpoint that was written over', async () => {
    const { root, environment } = project;
    const large = join(root, 'large.bin');
    await writeFile(large, '');
    await truncate(large, 101 * 1024 * 1024);
    // Too large to be kept by itself.
    await writeFile(join(root, 'state.txt'), '7'.padEnd(2 * 1024 * 1024));
    const run = await project.lockstep(['run', '--name', 'large', '--', 'python3', 'train.py']);
    assert.equal(run.code, 0, run.stderr);
    await rm(large);
    const gone = async (): Promise<string[]> =>
      (await check('large')).problems.filter(one => one.severity === 'gone').map(one => one.message);
    await waitFor('the inputs', async () => (await gone()).length > 1);
    const runs = new RunStore(join(root, '.git', 'lockstep'));
    const original = await runs.read(await runs.resolve('large'));
    const forecast = await forecastReproduction({
      ...{ original, store: runs.store, root, variables: environment, offline: true },
    });
    assert.equal(canReproduce(forecast), false);
    const lost = forecast.items.filter(isGone);
    assert.deepEqual(lost.map(one => one.what).sort(), ['large.bin', 'state.txt']);
    assert.deepEqual(
      (await gone()).sort(),
      lost.map(({ what, reason }) => `${what} is gone: ${reason ?? ''}.`).sort(),
    );
  });

  it('ends where the code was never recorded', async () => {
    const cwd = join(project.repository.home, 'no repository');
    await mkdir(cwd);
    await writeFile(join(cwd, 'plain.py'), 'print(1)\n');
    const run = await project.lockstep(['run', '--', 'python3', 'plain.py'], { cwd });
    assert.equal(run.code, 0, run.stderr);
    const { code, document } = await project.json(['health', '@1', '--json'], { cwd });
    const [health] = healthOutputSchema.parse(document).runs;
    assert.deepEqual(
      [code, health?.problems.map(one => `${one.severity} ${one.code}`), health?.unchecked],
      [1, ['gone code-unknown'], []],
    );
  });

  it('ends with a snapshot that is gone', async () => {
    const store = join(project.root, '.git/lockstep/snapshots.git');
    await rename(store, `${store}.aside`);
    assert.deepEqual(await codes('dirty'), ['gone snapshot-missing']);
    assert.deepEqual(await codes('clean'), []);
    await rename(`${store}.aside`, store);
  });
});
