import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { childLabels, judgedSeries } from '../../../../src/reproduction/comparison/judgedSeries.ts';
import { MetricLogWriter } from '../../../../src/runs/metricLogWriter.ts';
import { RunStore } from '../../../../src/runs/runStore.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { writeRun } from '../../runs/recordFixtures.ts';

describe('the metrics that a verdict counts', () => {
  it('are those of the run and of its child runs, each under its name', async () => {
    const folder = await temporaryFolder();
    try {
      const store = join(folder.path, 'lockstep');
      const reported = { tags: {}, datasets: [], models: [] };
      const add = (
        at: number,
        value: number,
        plan: { parent?: string; name?: string },
        childRuns = 0,
      ): string => {
        const run = writeRun(store, {
          id: ulid(at),
          plan,
          result: childRuns === 0 ? {} : { reported: { ...reported, childRuns } },
        });
        const log = MetricLogWriter.open(run.paths.metrics);
        log.append([{ key: 'loss', step: 1, time: at, value }]);
        log.close();
        return run.id;
      };
      const parent = add(1000, 1, {}, 3);
      const first = add(2000, 2, { parent, name: 'lr=0.1' });
      add(3000, 3, { parent, name: 'gpu test' });
      add(4000, 4, { parent: first });
      add(5000, 5, {});
      const runs = new RunStore(store);
      const series = await judgedSeries(runs, await runs.read(parent), false);
      assert.deepEqual(
        series.map(({ key, values }) => [key, ...values]),
        [
          ['loss', 1],
          ['lr=0.1/loss', 2],
          ['child 2/loss', 3],
          ['lr=0.1/child 1/loss', 4],
        ],
      );
    } finally {
      await folder.remove();
    }
  });

  const table: [names: (string | undefined)[], labels: string[]][] = [
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      ['a', 'a', undefined],
      ['child 1', 'child 2', 'child 3'],
    ],
    [['elapsed time'], ['child 1']],
  ];
  for (const [names, labels] of table)
    it(`name child runs called ${names.join(', ')} ${labels.join(', ')}`, () => {
      const children = names.map(name => (name === undefined ? {} : { name }));
      assert.deepEqual([...childLabels(children).values()], labels);
    });
});
