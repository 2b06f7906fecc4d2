/** Reproductions of programs that log with MLflow: each has an endpoint of its own, and all that was logged is compared. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunStore } from '../../../src/runs/runStore.ts';
import { readProcessRecord } from '../../../src/execution/runEnd.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { killProcess } from '../../helpers/killProcess.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { mlflowScript } from '../../helpers/mlflowScript.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const training = `
import random, sys
from flow import *
random.seed(int(sys.argv[1]))
main = start_run("baseline")
child = start_run("trial", main)
for step in range(int(sys.argv[2])):
    log_metric(main, "loss", random.random(), step)
    log_metric(child, "score", random.random(), step)
    time.sleep(0.01)
end_run(child)
end_run(main)
`;

describe('reproducing what a program logs with MLflow', function () {
  this.timeout(180_000);

  it('compares the metrics of the run and of its child runs', async () => {
    await using project = await cliProject({ 'train.py': training, 'flow.py': mlflowScript });
    const { code } = await project.lockstep(['run', '--', 'python3', 'train.py', '7', '5']);
    assert.equal(code, 0);
    // By the name that the script gives itself, twice: the reproductions give it to themselves, too.
    await project.lockstep(['reproduce', 'baseline', '--json']);
    const outcome = await project.json(['reproduce', 'baseline', '--json']);
    const verdict = verdictSchema.parse(outcome.document);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.deepEqual(
      verdict.metrics.map(metric => [metric.key, metric.verdict, metric.comparedPoints]).sort(),
      [
        ['loss', 'identical', 5],
        ['trial/score', 'identical', 5],
      ],
    );
    const runs = await new RunStore(join(project.root, '.git', 'lockstep')).list({ children: false });
    assert.deepEqual(
      runs.map(run => run.name),
      ['baseline-repro-2', 'baseline-repro', 'baseline'],
    );
  });

  it('ends in a verdict also when the supervisor of the reproduction is killed', async () => {
    await using project = await cliProject({ 'train.py': training, 'flow.py': mlflowScript });
    const { code } = await project.lockstep(['run', '--', 'python3', 'train.py', '7', '200']);
    assert.equal(code, 0);
    const store = join(project.root, '.git', 'lockstep');
    const judged = project.json(['reproduce', '@1', '--json']);
    const runs = new RunStore(store);
    const reproduction = await waitFor('the reproduction to log', async () => {
      const found = (await runs.list({ children: false })).find(run => run.reproduces !== undefined);
      return found !== undefined && (found.metrics['loss']?.count ?? 0) > 5 && found;
    });
    const record = await readProcessRecord(runPaths(store, reproduction.id));
    killProcess(record?.supervisor.pid);
    const verdict = verdictSchema.parse((await judged).document);
    assert.deepEqual(
      verdict.metrics.map(metric => [metric.key, metric.verdict, metric.comparedPoints]).sort(),
      [
        ['loss', 'identical', 200],
        ['trial/score', 'identical', 200],
      ],
    );
    assert.equal((await runs.read(reproduction.id)).state, 'finished');
    const checkouts = join(project.repository.home, '.cache', 'lockstep', 'checkouts');
    await waitFor('the checkout to be removed', async () => (await readdir(checkouts)).length === 0);
  });
});
