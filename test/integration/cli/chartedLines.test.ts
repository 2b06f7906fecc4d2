/** Printed lines that somebody had charted after the run: from then on they are its metrics everywhere. */
import assert from 'node:assert/strict';
import { readReport } from '../../../src/reproduction/report/readReport.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { storeOf } from '../../helpers/reproducedRuns.ts';

describe('lines that were charted after the run', () => {
  it('are printed as metrics, judged, and drawn in the report', async () => {
    await using project = await cliProject({
      'train.py': 'for step in range(4):\n    print(f"epoch {step + 1}/4 - loss: {1 / (step + 1):.3f}")\n',
    });
    assert.equal((await project.lockstep(['run', '--', 'python3', 'train.py'])).code, 0);
    const store = storeOf(project);
    const id = await store.resolve('@1');
    assert.doesNotMatch((await project.lockstep(['metrics', id])).stdout, /loss/);

    await store.request(id, 'chart-lines');
    assert.match((await project.lockstep(['metrics', id])).stdout, /loss/);
    const { document } = await project.json(['reproduce', id, '--json']);
    const verdict = verdictSchema.parse(document);
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
    assert.deepEqual(
      verdict.metrics.map(({ key, comparedPoints }) => [key, comparedPoints]),
      [['loss', 4]],
    );
    const { charts = [] } = await readReport(store, verdict.reproductionId);
    assert.deepEqual(
      charts.map(({ key }) => key),
      ['loss'],
    );
    assert.equal((await project.lockstep(['rerun', id])).code, 0);
    assert.match((await project.lockstep(['metrics', '@1'])).stdout, /loss/);
  });
});
