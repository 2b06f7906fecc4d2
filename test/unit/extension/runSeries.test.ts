import assert from 'node:assert/strict';
import { RunSeries } from '../../../src/extension/worker/runSeries.ts';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from '../runs/recordFixtures.ts';

describe('RunSeries', () => {
  it('gives everyone who reads at the same moment the newest points', async () => {
    await using folder = await temporaryFolder();
    const { id, paths } = writeRun(folder.path, { result: null });
    const runStore = new RunStore(folder.path);
    const run = await runStore.summary(id);
    assert.equal(run.state, 'preparing');
    const series = new RunSeries();
    const writer = MetricLogWriter.open(paths.metrics);
    for (let step = 0; step < 20; step += 1) {
      writer.append([{ key: 'loss', step, time: step, value: step }]);
      const readers = await Promise.all([1, 2, 3].map(() => series.read(runStore, run)));
      assert.deepEqual(
        readers.map(read => read[0]?.values.length),
        [step + 1, step + 1, step + 1],
      );
    }
    writer.close();
  });
});
