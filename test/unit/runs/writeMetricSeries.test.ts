import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import type { MetricSeries } from '../../../src/runs/metricSeries.ts';
import { writeMetricSeries } from '../../../src/runs/writeMetricSeries.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const points = fc.array(fc.tuple(fc.double(), fc.double(), fc.double()), { minLength: 1, maxLength: 50 });
const series = fc
  .record({ key: fc.string(), rank: fc.option(fc.nat(3)), points })
  .map(({ key, rank, points: all }): MetricSeries => ({
    key,
    rank,
    steps: Float64Array.from(all, point => point[0]),
    times: Float64Array.from(all, point => point[1]),
    values: Float64Array.from(all, point => point[2]),
  }));
const seriesOfOneRun = fc.uniqueArray(series, { selector: one => `${one.key}\0${one.rank ?? ''}` });

describe('writeMetricSeries', () => {
  it('writes a log that reads back bit by bit', async () => {
    await using folder = await temporaryFolder();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(seriesOfOneRun, async all => {
        const path = join(folder.path, `${round++}.bin`);
        writeMetricSeries(path, all);
        const log = await readMetricLogs([path]);
        assert.deepEqual(log.problems, []);
        assert.equal(log.tornBytes, 0);
        // Keys go through UTF-8, which has no lone surrogates.
        const told = all.map(one => ({ ...one, key: Buffer.from(one.key).toString() }));
        assert.deepEqual(log.series, told);
      }),
      { numRuns: 50 },
    );
  });

  it('splits long series, and the log can be appended to', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'metrics.bin');
    const long = Float64Array.from({ length: 200_000 }, (_, index) => index);
    const empty = new Float64Array();
    writeMetricSeries(path, [
      { key: 'none', rank: null, steps: empty, times: empty, values: empty },
      { key: 'long', rank: null, steps: long, times: long, values: long },
    ]);
    const writer = MetricLogWriter.open(path);
    writer.append([{ key: 'long', step: 200_000, time: 1, value: 2 }]);
    writer.close();
    const [one, ...others] = (await readMetricLogs([path])).series;
    assert.equal(others.length, 0);
    assert.equal(one?.key, 'long');
    assert.equal(one.steps.length, 200_001);
    assert.equal(one.values.at(-1), 2);
  });

  it('refuses to write over a log', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'metrics.bin');
    writeMetricSeries(path, []);
    assert.throws(() => writeMetricSeries(path, []), { code: 'metrics-not-written' });
  });
});
