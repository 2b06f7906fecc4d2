/** Determinism probes of real programs through the command line, and the verdicts that they decide. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readReport } from '../../../src/reproduction/report/readReport.ts';
import type { DeterminismProbe } from '../../../src/runs/determinismProbe.ts';
import { determinismProbeSchema } from '../../../src/runs/determinismProbe.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject, cliScript } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { storeOf } from '../../helpers/reproducedRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** A small training by gradient descent; NOISE makes it as nondeterministic as threads do, through no fault of a seed. */
const trainer = `
import argparse, json, os, random, time
parser = argparse.ArgumentParser()
parser.add_argument('--lr', type=float, default=0.1)
parser.add_argument('--steps', type=int, default=60)
parser.add_argument('--pause', type=float, default=0)
args = parser.parse_args()
random.seed(7)
noise = random.SystemRandom() if os.path.exists('noise.txt') else None
weight, bias = random.gauss(0, 1), 0.0
data = [(x / 20, 3 * x / 20 + 1 + random.gauss(0, 0.1)) for x in range(40)]
for step in range(args.steps):
    batch = random.sample(data, 8)
    errors = [(weight * x + bias - y, x) for x, y in batch]
    if noise:
        errors = [(e * (1 + 1e-7 * noise.gauss(0, 1)), x) for e, x in errors]
    weight -= args.lr * sum(e * x for e, x in errors) / 8
    bias -= args.lr * sum(e for e, _ in errors) / 8
    print(json.dumps({'step': step, 'loss': sum(e * e for e, _ in errors) / 8}), flush=True)
    time.sleep(args.pause)
`;

async function probe(
  project: CliProject,
  ...words: string[]
): Promise<{ code: number | null; found: DeterminismProbe }> {
  const { code, document } = await project.json(['probe', ...words, '--json']);
  return { code, found: determinismProbeSchema.parse(document) };
}

async function reproduce(
  project: CliProject,
  ...words: string[]
): Promise<{ code: number | null; verdict: Verdict }> {
  const { code, document } = await project.json(['reproduce', ...words, '--json']);
  return { code, verdict: verdictSchema.parse(document) };
}

describe('lockstep probe', function () {
  this.timeout(240_000);
  let project: CliProject;
  before(async () => {
    project = await cliProject({ 'train.py': trainer, 'noise.txt': 'threads\n' });
    for (const [name, ...more] of [['noisy'], ['other', '--lr', '0.101']] as const) {
      const outcome = await project.lockstep(['run', '--name', name, '--', 'python3', 'train.py', ...more]);
      assert.equal(outcome.code, 0, outcome.stderr);
    }
  });
  after(() => project[Symbol.asyncDispose]());

  it('is not needed once reproductions have shown the noise: the third is judged by what two differed by', async () => {
    const [first, second] = [await reproduce(project, 'noisy'), await reproduce(project, 'noisy')];
    for (const { verdict } of [first, second])
      assert.deepEqual([verdict.metrics[0]?.toleranceFrom, verdict.learntFrom], ['data-type', undefined]);
    const { code, verdict } = await reproduce(project, 'noisy');
    assert.deepEqual([code, verdict.verdict], [0, 'within-tolerance'], verdict.sentence);
    assert.match(
      verdict.sentence,
      /within the noise of this machine \(learnt from 2 reproductions, [\d.e-]+ apart, band [\d.e-]+ at step \d+\)/,
    );
    assert.equal(verdict.metrics[0]?.toleranceFrom, 'noise-band');
    assert.deepEqual(verdict.learntFrom, [first.verdict.reproductionId, second.verdict.reproductionId]);

    assert.equal(verdict.statistics?.reproductions, 3, JSON.stringify(verdict.statistics));
    assert.match(verdict.statistics.sentence, /the 95 % prediction interval of 3 reproductions/);
    const { stdout } = await project.lockstep(['show', 'noisy']);
    const { stdout: markdown } = await project.lockstep(['report', 'noisy']);
    // What it was judged by is drawn, and nothing around those that were not.
    for (const [{ reproductionId }, drawn] of [
      [first.verdict, false],
      [verdict, true],
    ] as const) {
      const { charts = [] } = await readReport(storeOf(project), reproductionId);
      assert.deepEqual(
        charts.map(({ key, band }) => [key, band !== undefined]),
        [['loss', drawn]],
      );
    }
    assert.ok(stdout.includes(verdict.statistics.sentence), stdout);
    for (const sentence of [verdict.sentence, verdict.statistics.sentence])
      assert.ok(markdown.replaceAll('\\', '').includes(sentence), markdown);
  });

  it('learns the noise of a program, by which verdicts are told from then on', async () => {
    const { code, found } = await probe(project, 'noisy', '--steps', '59');
    assert.equal(code, 1, found.sentence);
    assert.match(found.sentence, /^Two runs through step 59 differ on this machine: loss from step \d+ on/);
    assert.deepEqual(
      found.bands.map(band => [band.key, band.identical, band.comparedPoints, band.throughStep]),
      [['loss', false, 60, 59]],
    );

    const { code: after, verdict } = await reproduce(project, 'noisy');
    assert.deepEqual([after, verdict.verdict], [0, 'within-tolerance'], verdict.sentence);
    assert.match(
      verdict.sentence,
      /within the noise of this machine \(probe through step 59, [\d.e-]+ apart, band [\d.e-]+ at step \d+\)/,
    );
    assert.equal(verdict.metrics[0]?.toleranceFrom, 'noise-band');
    const [id] = await readdir(join((await storeOf(project).read(found.runId)).dir, 'probes'));
    assert.equal(`${verdict.probeId ?? ''}.json`, id);
  });

  it('leaves a real change diverged: a learning rate of one per cent more', async () => {
    const store = storeOf(project);
    const [noisy, other] = await Promise.all([store.resolve('noisy'), store.resolve('other')]);
    // The same two series as if the one were the reproduction of the other.
    const { compareMetrics } = await import('../../../src/reproduction/comparison/compareMetrics.ts');
    const { judgedSeries } = await import('../../../src/reproduction/comparison/judgedSeries.ts');
    const { readProbes } = await import('../../../src/reproduction/probe/readProbes.ts');
    const [first, second] = await Promise.all([store.read(noisy), store.read(other)]);
    const probes = (await readProbes(first.dir)).map(one => one.probe);
    assert.equal(probes.length, 1);
    const [loss] = compareMetrics(
      await judgedSeries(store, first, false),
      await judgedSeries(store, second, false),
      { probes },
    );
    assert.deepEqual([loss?.verdict.verdict, loss?.verdict.toleranceFrom], ['diverged', 'noise-band']);
  });

  it('is shown with the run, and its two runs are in no list unless asked for', async () => {
    const listed = async (...words: string[]): Promise<unknown[]> => {
      const { document } = await project.json(['runs', '--json', ...words]);
      return (document as { runs: { purpose?: string }[] }).runs.filter(run => run.purpose === 'probe');
    };
    assert.equal((await listed()).length, 0);
    assert.equal((await listed('--children')).length, 2);
    assert.equal((await listed('--filter', 'purpose = probe')).length, 2);
    const shown = await project.lockstep(['show', 'noisy']);
    assert.match(shown.stdout, /Determinism probes\n.*Two runs through step 59 differ/);
    assert.match(shown.stdout, /reproduced 4 times: .*within tolerance/);
    // Neither of the two is an attestation.
    const { document } = await project.json(['show', 'noisy', '--json']);
    const { verdicts, probes } = document as { verdicts: unknown[]; probes: unknown[] };
    assert.deepEqual([verdicts.length, probes.length], [4, 1]);
  });

  it('calls a deterministic program identical', async () => {
    await using still = await cliProject({ 'train.py': trainer });
    const ran = await still.lockstep(['run', '--', 'python3', 'train.py']);
    assert.equal(ran.code, 0, ran.stderr);
    const outcome = await still.lockstep(['probe', '@1']);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /✓ Two runs through step 19 are identical on this machine\./);
    assert.match(outcome.stdout, /loss +identical +20/);
    assert.match(outcome.stderr, /through step 19, at most 2 m/);
    const { verdict } = await reproduce(still, '@1');
    assert.equal(verdict.verdict, 'identical');
  });

  it('ends what it started when it is cancelled, and writes nothing', async () => {
    await using slow = await cliProject({ 'train.py': trainer });
    const ran = await slow.lockstep(['run', '--', 'python3', 'train.py', '--pause', '0.05']);
    assert.equal(ran.code, 0, ran.stderr);
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', cliScript, 'probe', '@1'],
      {
        ...{ cwd: slow.root, env: slow.environment, stdio: ['ignore', 'ignore', 'pipe'] },
      },
    );
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
    const store = storeOf(slow);
    await waitFor('the first run of the probe to run', async () => {
      const runs = await store.list();
      return runs.some(run => run.purpose === 'probe' && run.state === 'running');
    });
    child.kill('SIGINT');
    assert.equal(await ended, 130, said);
    const runs = (await store.list()).filter(run => run.purpose === 'probe');
    assert.deepEqual(
      runs.map(run => run.state),
      ['cancelled'],
    );
    const original = await store.read(await store.resolve('@1'));
    assert.deepEqual(await readdir(join(original.dir, 'probes')).catch(() => []), []);
  });
});
