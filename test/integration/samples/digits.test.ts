/** The sample is what people try first: it must learn, and the same arguments must give the same bytes. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { runCommand } from '../../../src/base/runCommand.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { pythonEnvironment } from '../../../scripts/provision/pythonEnvironment.ts';
import { experimentCommand } from '../../../src/execution/experiments/experimentCommand.ts';
import { readExperiments } from '../../../src/execution/experiments/readExperiments.ts';
import { parseTextMetrics } from '../../../src/tracking/parseTextMetrics.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const sample = join(projectRoot, 'samples', 'digits');
const script = join(sample, 'train.py');
const lineSchema = z.strictObject({
  epoch: z.int(),
  loss: z.number(),
  accuracy: z.number(),
  val_loss: z.number(),
  val_accuracy: z.number(),
});

async function train(...args: string[]): Promise<{ printed: string; model: string }> {
  await using folder = await temporaryFolder();
  const outcome = await runCommand({
    program: 'python3',
    args: [script, '--epochs', '6', ...args],
    cwd: folder.path,
    env: scrubbedEnvironment(folder.path),
  });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return {
    printed: outcome.stdout.toString('utf8'),
    model: await readFile(join(folder.path, 'model.json'), 'utf8'),
  };
}

describe('the sample of handwritten digits', function () {
  this.timeout(120_000);

  it('learns, and gives the same bytes for the same seed only', async () => {
    const [first, second, other] = await Promise.all([train(), train(), train('--seed', '7')]);
    assert.deepEqual(first, second);
    assert.notEqual(first.printed, other.printed);

    const lines = first.printed
      .trimEnd()
      .split('\n')
      .map(line => lineSchema.parse(JSON.parse(line)));
    assert.deepEqual(
      lines.map(line => line.epoch),
      [1, 2, 3, 4, 5, 6],
    );
    assert.ok((lines.at(-1)?.val_accuracy ?? 0) > 0.9);
  });

  it('names its experiments in a lockstep.yaml without mistakes', async () => {
    const { experiments } = await readExperiments(sample);
    assert.deepEqual(Object.keys(experiments), ['baseline', 'wide', 'sklearn']);
    for (const [name, experiment] of Object.entries(experiments)) {
      const [program, file] = experimentCommand(name, experiment);
      assert.equal(program, 'python3');
      assert.ok(existsSync(join(sample, file ?? '')));
    }
  });

  it('has a scikit-learn version whose printed lines are read as metrics', async function () {
    await using folder = await temporaryFolder();
    let python: string;
    try {
      python = await pythonEnvironment(['scikit-learn>=1.3,<2'], () => undefined);
    } catch (error) {
      if (process.env['CI'] === 'true') throw error;
      this.skip();
    }
    const outcome = await runCommand({
      program: python,
      args: [join(sample, 'train_sklearn.py'), '--epochs', '3'],
      cwd: folder.path,
      env: scrubbedEnvironment(folder.path),
    });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    const lines = outcome.stdout.toString('utf8').trimEnd().split('\n');
    assert.equal(lines.pop(), 'saved model.joblib');
    const points = lines.map(line => parseTextMetrics(line)?.metrics ?? []);
    assert.deepEqual(
      points.map(read => read.map(({ key }) => key).sort()),
      Array.from({ length: 3 }, () => ['accuracy', 'loss', 'val_accuracy', 'val_loss']),
    );
  });
});
