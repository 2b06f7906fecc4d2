/**
 * Reproductions after everything that happens to a repository in real life. In each of them the workspace, index,
 * stash, branches, configuration and original outputs are the same before and after, byte for byte.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { readProcessRecord } from '../../../src/execution/runEnd.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { judgeLost } from '../../../src/reproduction/judgeReproduced.ts';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { killProcess } from '../../helpers/killProcess.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';
import { smallDiskOrSkip } from '../../helpers/remotes/smallDisk.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { reproduce, startReproduction, storeOf } from '../../helpers/reproducedRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const trainer = `
import argparse, hashlib, json, os, random, sys
parser = argparse.ArgumentParser()
parser.add_argument('--seed', type=int, default=7)
parser.add_argument('--fail', action='store_true')
parser.add_argument('--wait')
args = parser.parse_args()
random.seed(args.seed)
scale = float(os.environ.get('OMP_NUM_THREADS', '1'))
try:
    from extra import BONUS
except ImportError:
    BONUS = 0.0
weights = hashlib.sha256(open('weights.bin', 'rb').read()).digest()[0] if os.path.exists('weights.bin') else 1
for step in range(4):
    print(json.dumps({'step': step, 'loss': random.random() * scale + BONUS + weights}), flush=True)
import time
while args.wait and not os.path.exists(args.wait):
    time.sleep(0.05)
if args.fail:
    raise RuntimeError('loss is nan')
os.makedirs('out', exist_ok=True)
open('out/model.json', 'w').write(json.dumps(random.random()))
`;

async function run(project: CliProject, words: readonly string[], options?: CliOptions): Promise<string> {
  const { code, stdout, stderr } = await project.lockstep(['run', '--', ...words], options);
  assert.equal(code, words.includes('--fail') ? 1 : 0, stdout + stderr);
  return storeOf(project).resolve('@1');
}

async function expect(project: CliProject, id: string, word: Verdict['verdict']): Promise<Verdict> {
  const verdict = await reproduce(project, [id]);
  assert.equal(verdict.verdict, word, JSON.stringify(verdict, null, 1));
  return verdict;
}

const python = ['python3', 'train.py'];

describe('a reproduction leaves everything as it was', function () {
  this.timeout(180_000);
  let project: CliProject;
  let original: string;

  before(async () => {
    project = await cliProject({ 'train.py': trainer, '.gitignore': 'out/\n__pycache__/\n' });
    original = await run(project, python);
  });
  after(() => project[Symbol.asyncDispose]());

  it('and has the code of branches that were deleted or squashed, collected, and of a dirty tree', async () => {
    const { repository, root } = project;
    await repository.git('checkout', '-q', '-b', 'feature');
    await repository.write({ 'extra.py': 'BONUS = 0.5\n' });
    await repository.commit('on a branch');
    const squashed = await run(project, python);
    await repository.git('checkout', '-q', 'main');
    await repository.git('merge', '-q', '--squash', 'feature');
    await repository.commit('squashed');
    await repository.git('checkout', '-q', '-b', 'gone', 'HEAD~1');
    await repository.write({ 'extra.py': 'BONUS = 0.25\n' });
    await repository.commit('on another branch');
    const deleted = await run(project, python);
    // Untracked code, a changed binary, something staged.
    await repository.write({
      'weights.bin': Buffer.from([0, 255, 13, 10, 1]),
      'extra.py': 'BONUS = 2.0625\n',
    });
    await repository.git('add', 'weights.bin');
    await repository.write({ 'weights.bin': Buffer.from([0, 255, 13, 10, 2]) });
    const dirty = await run(project, python);
    await repository.git('reset', '-q', '--hard', 'main');
    await rm(join(root, 'weights.bin'), { force: true });
    await repository.git('checkout', '-q', 'main');
    await repository.git('branch', '-q', '-D', 'feature', 'gone');
    await repository.git('reflog', 'expire', '--expire=now', '--all');
    await repository.git('gc', '-q', '--prune=now');
    // A stash and staged work of today, which nothing may touch. Each extra.py has a size of its own: Python takes one of
    // the same size and second for the one that it has compiled.
    await repository.write({ 'train.py': '# stashed\n' });
    await repository.git('-c', 'user.name=A', '-c', 'user.email=a@example.invalid', 'stash', '-q');
    await repository.write({ 'notes.txt': 'mine', 'extra.py': 'BONUS = 9.125\n' });
    await repository.git('add', 'notes.txt');
    for (const id of [squashed, deleted, dirty]) {
      const verdict = await expect(project, id, 'identical');
      assert.equal(verdict.ingredients.find(one => one.name === 'code')?.status, 'same');
    }
    const head = await storeOf(project).read(deleted);
    assert.equal(
      await repository
        .git('cat-file', '-e', head.plan?.code.known === 'captured' ? (head.plan.code.value.head ?? '') : '')
        .catch(() => 'gone'),
      'gone',
    );
  });

  it('when the original crashed', async () => {
    const verdict = await expect(project, await run(project, [...python, '--fail']), 'identical');
    assert.match(verdict.sentence, /the same failure/);
  });

  it('and names threads and a seed that are not the recorded ones', async () => {
    const before = await repositoryFingerprint(project.root);
    const env = { OMP_NUM_THREADS: '1' };
    const threads = await run(project, python, { env });
    const seed = await run(project, [...python, '--seed', '7']);
    const runs = storeOf(project);
    const judged = async (...asked: Parameters<typeof startReproduction>): Promise<Verdict> => {
      const launched = await startReproduction(...asked);
      const found = await waitFor('the verdict', async () =>
        (await runs.read(launched.original)).verdicts.find(one => one.reproductionId === launched.id),
      );
      return found;
    };
    const first = await judged(project, threads, { variables: { OMP_NUM_THREADS: '2' } });
    assert.equal(first.verdict, 'diverged', JSON.stringify(first, null, 1));
    assert.match(first.cause ?? '', /OMP_NUM_THREADS 1 → 2/);
    const second = await judged(project, seed, {}, {}, [...python, '--seed', '8']);
    assert.equal(second.verdict, 'diverged', JSON.stringify(second, null, 1));
    assert.match(second.cause ?? '', /seed 7 → 8/);
    // The runs themselves wrote in the workspace, as they should: their model, and nothing else.
    const changes = fingerprintChanges(before, await repositoryFingerprint(project.root));
    assert.deepEqual([...new Set(changes.map(line => line.split(' ')[0]))], ['out/model.json']);
  });

  it('also two at once, of which each has its own outputs', async () => {
    const before = await repositoryFingerprint(project.root);
    const verdicts = await Promise.all(
      [1, 2].map(async () => (await project.json(['reproduce', original, '--json'])).document),
    );
    for (const document of verdicts) {
      const verdict = verdictSchema.parse(document);
      assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    }
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(project.root)), []);
  });

  it('cancelled, or killed with its supervisor', async () => {
    const flag = join(project.repository.home, 'flag');
    await writeFile(flag, '');
    const id = await run(project, [...python, '--wait', flag]);
    await rm(flag);
    const before = await repositoryFingerprint(project.root);
    const runs = storeOf(project);
    const cancelled = await startReproduction(project, id);
    const reached = (one: string) => async () => ((await runs.summary(one)).metrics['loss']?.count ?? 0) >= 4;
    await waitFor('the first one to log', reached(cancelled.id));
    await runs.request(cancelled.id, 'cancel');
    const verdict = await waitFor('the verdict', async () => (await runs.read(id)).verdicts[0]);
    assert.match(verdict.sentence, /Inconclusive, identical through step 3/);

    const killed = await startReproduction(project, id, {}, { LOCKSTEP_WATCHDOG: '0' });
    await waitFor('the second one to log', reached(killed.id));
    const record = await readProcessRecord(killed.paths);
    killProcess(record?.supervisor.pid);
    killProcess(record?.child?.pid);
    await waitFor('the second one to be lost', async () => (await runs.summary(killed.id)).state === 'lost');
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(project.root)), []);
    // What it left is nobody's, and goes with the next.
    const checkouts = join(project.repository.home, '.cache', 'lockstep', 'checkouts');
    // The cancelled one takes its own away when its verdict is written.
    await waitFor(
      'the checkout of the killed one alone to be left',
      async () => (await readdir(checkouts)).join(' ') === killed.id,
    );
    // A copy of the records is judged for itself: nothing is written to, or removed of, what they were copied from.
    const copy = join(project.repository.home, 'copied records');
    await cp(runs.store, copy, { recursive: true });
    assert.match((await judgeLost(copy, killed.id))?.sentence ?? '', /identical through step 3/);
    assert.equal((await new RunStore(copy).read(id)).verdicts.length, 2);
    assert.equal((await runs.read(id)).verdicts.length, 1);
    assert.deepEqual(await readdir(checkouts), [killed.id]);
    // The next one judges what is there.
    await expect(project, original, 'identical');
    await waitFor('the checkout to be swept', async () => (await readdir(checkouts)).length === 0);
    const lost = (await runs.read(id)).verdicts.find(one => one.reproductionId === killed.id);
    assert.match(lost?.sentence ?? '', /^Inconclusive, identical through step 3: the reproduction was lost/);
    // And so does who asks for its report.
    await rm(join(runPaths(runs.store, id).verdicts, `${killed.id}.json`));
    const report = await project.lockstep(['report', killed.id]);
    assert.match(report.stdout, /Inconclusive, identical through step 3/, report.stderr);

    // Where the supervisor alone was killed another one takes its place, and the program goes on to its end.
    const adopted = await startReproduction(project, id);
    await waitFor('the third one to log', reached(adopted.id));
    killProcess((await readProcessRecord(adopted.paths))?.supervisor.pid);
    await writeFile(flag, '');
    const third = await waitFor('its verdict', async () =>
      (await runs.read(id)).verdicts.find(one => one.reproductionId === adopted.id),
    );
    assert.match(third.sentence, /identical through step 3/);
  });

  it('where the disk for its checkout is full', async function () {
    const cache = join(project.repository.home, 'small');
    await mkdir(cache);
    // Room for the supervisor, not for the data.
    await using disk = await smallDiskOrSkip(this, cache, 8);
    assert.ok(disk);
    await project.repository.write({ 'out/large.bin': Buffer.alloc(16 * 1024 * 1024, 7) });
    const program = `print('{"step": 0, "size": %d}' % len(open('out/large.bin', 'rb').read()))`;
    const id = await run(project, ['python3', '-c', program]);
    const before = await repositoryFingerprint(project.root);
    const env = { XDG_CACHE_HOME: cache };
    const { code, document } = await project.json(['reproduce', id, '--json'], { env });
    assert.equal(code, 3, JSON.stringify(document));
    const { error } = errorOutputSchema.parse(document);
    assert.equal(error.code, 'disk-full', error.message);
    assert.match(error.message, /no room for the reproduction: it needs .* for the code and .* are free\.$/);
    const forecast = await project.json(['reproduce', id, '--forecast', '--json'], { env });
    const { blockers, sentence } = forecastSchema.parse(forecast.document);
    assert.deepEqual([forecast.code, blockers.map(one => one.code)], [3, ['disk-full']], sentence);
    assert.match(sentence, /it needs about 16\.8 MB, and /);
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(project.root)), []);
    // What the run wrote is as large as what is free.
    const wide = await run(project, [
      ...['python3', '-c', `open('out/wide.bin', 'wb').write(bytes(${9 * 1024 * 1024}))`],
    ]);
    const refused = await project.json(['reproduce', wide, '--json'], { env });
    const said = errorOutputSchema.parse(refused.document).error;
    assert.equal(said.code, 'disk-full');
    assert.match(said.message, /it needs 9\.4 MB for what the run wrote, and /);
  });
});
