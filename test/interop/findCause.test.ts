/** The cause of a real divergence, found by trials of a real numpy training. */
import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { causeReportSchema } from '../../src/runs/causeReport.ts';
import type { CauseReport } from '../../src/runs/causeReport.ts';
import { verdictSchema } from '../../src/runs/verdict.ts';
import { runPaths } from '../../src/runs/runPaths.ts';
import { awaitCaptured } from '../../src/reproduction/awaitCaptured.ts';
import { storeOf } from '../helpers/reproducedRuns.ts';
import { cliProject } from '../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../helpers/lockstepCli.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { repositoryFingerprint } from '../helpers/repositoryFingerprint.ts';

/** Two layers of numpy, a few steps. Reads its data from a file that no tool pins. */
const train = `
import json, os, sys
import numpy as np
data = np.loadtxt('data.csv', delimiter=',', dtype=np.float32)
x, y = data[:, :-10], data[:, -10:]
rng = np.random.default_rng(int(sys.argv[1]))
a = rng.standard_normal((x.shape[1], 300), dtype=np.float32) / 16
b = rng.standard_normal((300, 10), dtype=np.float32) / 22
for step in range(40):
    h = np.maximum(x @ a, 0)
    e = h @ b - y
    if len(sys.argv) > 2 and step > 3:
        e += np.frombuffer(os.urandom(4), dtype=np.uint8)[0] * np.float32(1e-4)
    size = float(np.abs(a).sum(dtype=np.float64))
    print(json.dumps({'step': step, 'loss': float((e * e).mean()), 'size': size}), flush=True)
    g = 2 * e / len(x)
    b, a = b - 0.01 * (h.T @ g), a - 0.01 * (x.T @ ((g @ b.T) * (h > 0)))
`;

function table(seed: number): string {
  let state = seed;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5;
  return Array.from({ length: 300 }, () => Array.from({ length: 210 }, next).join(',')).join('\n');
}

async function project(): Promise<CliProject> {
  const made = await cliProject({ 'train.py': train, '.gitignore': 'data*\n' });
  await writeFile(join(made.root, 'data.csv'), table(1));
  return made;
}

const oneThread = { OPENBLAS_NUM_THREADS: '1' };

async function run(
  made: CliProject,
  name: string,
  words: readonly string[],
  options: CliOptions,
): Promise<void> {
  const { code, stderr } = await made.lockstep(['run', '--name', name, '--', ...words], options);
  assert.equal(code, 0, stderr);
  // Inputs are hashed beside the run: what changes before is seen to have changed, and has no hash.
  const runs = storeOf(made);
  await awaitCaptured(runPaths(runs.store, await runs.resolve(name)));
}

async function cause(
  made: CliProject,
  words: readonly string[],
  options: CliOptions,
): Promise<{ code: number | null; report: CauseReport }> {
  const { code, document } = await made.json(['find-cause', ...words, '--yes', '--json'], options);
  const report = causeReportSchema.safeParse(document);
  assert.ok(report.success, JSON.stringify(document));
  return { code, report: report.data };
}

describe('find-cause', function () {
  this.timeout(240_000);

  it('names the number of threads, of two runs that differ in more', async function () {
    const { python } = peerOrSkip(this, 'keras');
    // With these kernels the work is shared out so that sums are made in another order.
    if (availableParallelism() < 2 || process.arch !== 'x64') this.skip();
    const core = { OPENBLAS_CORETYPE: 'Haswell' };
    await using made = await project();
    await run(made, 'one', [python, 'train.py', '7'], { env: { ...oneThread, ...core } });
    const env = { ...core, OPENBLAS_NUM_THREADS: '2', TOKENIZERS_PARALLELISM: 'false' };
    await run(made, 'two', [python, 'train.py', '7'], { env });
    const before = await repositoryFingerprint(made.root);
    const { code, report } = await cause(made, ['one', 'two'], { env });
    assert.deepEqual(await repositoryFingerprint(made.root), before);
    assert.equal(code, 0, JSON.stringify(report, null, 1));
    assert.deepEqual(report.culprits, [
      { ingredient: 'determinism', restored: 'OPENBLAS_NUM_THREADS 2 → 1' },
    ]);
    assert.equal(report.control?.joins, false);
    assert.match(
      report.sentence,
      /^The cause is a determinism setting: with OPENBLAS_NUM_THREADS 2 → 1 set back/,
    );
    const folder = runPaths(storeOf(made).store, report.runId).causes;
    const [file = ''] = await readdir(folder);
    assert.deepEqual(JSON.parse(await readFile(join(folder, file), 'utf8')), report);
    const { stdout } = await made.lockstep(['runs']);
    assert.doesNotMatch(stdout, /trial/);
  });

  it('names a changed table, first in the verdict and then by trial', async function () {
    const { python } = peerOrSkip(this, 'keras');
    await using made = await project();
    await run(made, 'base', [python, 'train.py', '7'], { env: oneThread });
    await copyFile(join(made.root, 'data.csv'), join(made.root, 'data-old.csv'));
    await writeFile(join(made.root, 'data.csv'), table(2));
    const told = await made.json(['reproduce', 'base', '--json'], { env: oneThread });
    const verdict = verdictSchema.parse(told.document);
    assert.equal(verdict.verdict, 'diverged');
    assert.match(verdict.cause ?? '', /What differs: data \(data\.csv [0-9a-f]{7} → [0-9a-f]{7}\)/);
    assert.equal(verdict.divergence?.shape, 'from-the-start');
    const { code, report } = await cause(made, [verdict.reproductionId], { env: oneThread });
    assert.equal(code, 0, JSON.stringify(report, null, 1));
    assert.match(report.culprit?.restored ?? '', /^data\.csv /);
  });

  it('says of noise that the program is not deterministic', async function () {
    const { python } = peerOrSkip(this, 'keras');
    await using made = await project();
    await run(made, 'noisy', [python, 'train.py', '7', 'noise'], { env: oneThread });
    const asked = await made.lockstep(['find-cause', 'noisy'], { env: oneThread });
    assert.equal(asked.code, 2);
    await made.lockstep(['reproduce', 'noisy'], { env: oneThread });
    const unasked = await made.lockstep(['find-cause', 'noisy'], { env: oneThread });
    assert.equal(unasked.code, 2, unasked.stderr);
    assert.match(unasked.stderr, /--yes/);
    const { code, report } = await cause(made, ['noisy'], { env: oneThread });
    assert.equal(code, 3);
    assert.equal(report.deterministic, false);
    assert.match(report.sentence, /^The program is not deterministic here/);
    // Nothing of the run is set back: the one thing that may make two equal runs of it is tried.
    assert.deepEqual(
      report.trials.map(({ restored, joins }) => [restored, joins]),
      [
        ['PYTHONHASHSEED=0', false],
        ['PYTHONHASHSEED=0, once more', false],
      ],
    );
  });
});
