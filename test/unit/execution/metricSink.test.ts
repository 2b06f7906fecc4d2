import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { MetricSink } from '../../../src/execution/metricSink.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const point = (key: string, step: number) => ({ key, step, time: 1, value: step });

describe('MetricSink', () => {
  it('tells a new writer how far the sources were read and how many points there are, cut anywhere', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (counts, where) => {
          await using folder = await temporaryFolder();
          const path = join(folder.path, 'metrics.bin');
          const first = new MetricSink(path);
          // After each call: how much of the file holds what.
          const stages = [{ size: 0, points: 0, offset: 0 }];
          let step = 0;
          counts.forEach((count, index) => {
            const points = Array.from({ length: count }, () => point('loss', step++));
            first.append(points, [{ source: 'stdout', offset: index + 1 }]);
            stages.push({ size: readFileSync(path).length, points: step, offset: index + 1 });
          });
          first.close();
          const cut = Math.floor(where * readFileSync(path).length);
          truncateSync(path, cut);
          const kept = stages.findLast(stage => stage.size <= cut);
          const second = new MetricSink(path);
          assert.equal(second.progress('stdout'), kept?.offset);
          assert.equal(second.countBefore('loss', undefined), kept?.points);
          second.append([point('loss', 1000)]);
          second.close();
          const { series, problems } = await readMetricLogs(folder.path);
          assert.deepEqual(problems, []);
          assert.equal(series[0]?.values.length, (kept?.points ?? 0) + 1);
        },
      ),
      { numRuns: 40 },
    ));

  it('goes on beside a damaged log and knows what both hold', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'metrics.bin');
    writeFileSync(path, 'this is no log of ours');
    for (let round = 0; round < 2; round++) {
      const sink = new MetricSink(path);
      assert.equal(sink.progress('stdout'), round * 7);
      sink.append([point('loss', round)], [{ source: 'stdout', offset: (round + 1) * 7 }]);
      sink.close();
    }
    assert.equal(readFileSync(path, 'utf8'), 'this is no log of ours');
    const { series, progress } = await readMetricLogs(folder.path);
    assert.deepEqual([series[0]?.values.length, progress.get('stdout')], [2, 14]);
  });

  it('makes no file before there is something to write, and lets go of it in between', async () => {
    await using folder = await temporaryFolder();
    const sink = new MetricSink(join(folder.path, 'metrics.bin'));
    assert.equal(sink.progress('stdout'), 0);
    sink.append([]);
    assert.deepEqual(readdirSync(folder.path), []);
    for (let step = 0; step < 5; step++) {
      sink.append([point('loss', step)]);
      sink.release();
    }
    sink.close();
    assert.throws(() => sink.append([point('loss', 5)]), { code: 'metrics-not-written' });
    const { series } = await readMetricLogs(folder.path);
    assert.deepEqual([...(series[0]?.values ?? [])], [0, 1, 2, 3, 4]);
  });
});
