import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { MetricLogFollower, readMetricLogs, type MetricLog } from '../../../src/runs/metricLog.ts';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import { summariseSeries, type MetricPoint } from '../../../src/runs/metricSeries.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

const key = fc.oneof(
  fc.constantFrom('loss', 'train/loss', '../../x', '__proto__', 'constructor', '', '<b>"a"</b>', '🙂'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constant('k'.repeat(10_000)),
);
const point: fc.Arbitrary<MetricPoint> = fc.record({
  key,
  rank: fc.option(fc.nat(9), { nil: undefined }),
  step: fc.oneof(fc.integer(), fc.double({ noNaN: true })),
  time: fc.nat(),
  value: fc.double(),
});
const appends = fc.array(
  fc.record({
    points: fc.array(point, { maxLength: 6 }),
    progress: fc.array(fc.record({ source: fc.string(), offset: fc.nat() }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('metric log', () => {
  let folder: TemporaryFolder;
  let path: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'metrics.bin');
  });
  afterEach(() => folder.remove());

  it('gives back every point and the progress, whatever the keys and values', () =>
    fc.assert(
      fc.asyncProperty(appends, async batches => {
        writeFileSync(path, '');
        const writer = MetricLogWriter.open(path);
        for (const { points, progress } of batches) writer.append(points, progress);
        writer.close();
        const log = await readMetricLogs(folder.path);
        assert.deepEqual(flat(log), flatPoints(batches.flatMap(batch => batch.points)));
        const expected = new Map(
          batches.flatMap(batch => batch.progress.map(entry => [entry.source, entry.offset])),
        );
        assert.deepEqual(log.progress, expected);
        assert.deepEqual([log.tornBytes, log.problems], [0, []]);
      }),
      { numRuns: 60 },
    ));

  it('cut at any byte, keeps whole appends and can be appended to again', () =>
    fc.assert(
      fc.asyncProperty(appends, fc.double({ min: 0, max: 1, noNaN: true }), async (batches, where) => {
        writeFileSync(path, '');
        const writer = MetricLogWriter.open(path);
        const ends: number[] = [];
        for (const { points, progress } of batches) {
          writer.append(points, progress);
          ends.push(readFileSync(path).length);
        }
        writer.close();
        const whole = readFileSync(path);
        const cut = Math.floor(where * whole.length);
        writeFileSync(path, whole.subarray(0, cut));

        const kept = batches.filter((_, index) => (ends[index] ?? 0) <= cut).flatMap(batch => batch.points);
        const torn = await readMetricLogs(folder.path);
        assert.deepEqual(flat(torn), flatPoints(kept));
        assert.deepEqual(torn.problems, []);

        const more: MetricPoint = { key: 'after', step: 1, time: 2, value: 3 };
        const again = MetricLogWriter.open(path);
        again.append([more]);
        again.close();
        const mended = await readMetricLogs(folder.path);
        assert.deepEqual(flat(mended), flatPoints([...kept, more]));
        assert.equal(mended.tornBytes, 0);
      }),
      { numRuns: 60 },
    ));

  it('keeps everything but a damaged frame in the middle, and says so', async () => {
    const writer = MetricLogWriter.open(path);
    const ends: number[] = [];
    for (let step = 0; step < 5; step++) {
      writer.append([{ key: 'loss', step, time: step, value: step / 10 }]);
      ends.push(readFileSync(path).length);
    }
    writer.close();
    const bytes = readFileSync(path);
    const middle = (ends[2] ?? 0) - 3;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const log = await readMetricLogs(folder.path);
    assert.deepEqual([...(log.series[0]?.steps ?? [])], [0, 1, 3, 4]);
    assert.deepEqual(log.problems, ['metrics.bin: 1 damaged frames']);

    const beside = MetricLogWriter.open(path);
    beside.append([{ key: 'loss', step: 5, time: 5, value: 0.5 }]);
    beside.close();
    assert.match(beside.path, /metrics\.[0-9A-Z]{26}\.bin$/);
    assert.deepEqual(readFileSync(path), bytes);
    const both = await readMetricLogs(folder.path);
    assert.deepEqual([...(both.series[0]?.steps ?? [])], [0, 1, 3, 4, 5]);
  });

  it('follows a growing log', async () => {
    const follower = new MetricLogFollower(folder.path);
    assert.equal(await follower.read(), false);
    const writer = MetricLogWriter.open(path);
    for (let step = 0; step < 200; step++) {
      writer.append([{ key: 'loss', step, time: step, value: step }]);
      if (step % 20 === 0) assert.equal(await follower.read(), true);
    }
    writer.close();
    const early = follower.snapshot();
    assert.equal(await follower.read(), true);
    assert.equal(await follower.read(), false);
    assert.equal(early.series[0]?.steps.length, 181);
    assert.equal(follower.snapshot().series[0]?.steps.length, 200);
  });

  it('summarises with the greatest step last, and NaN counted but never an extreme', () => {
    const series = {
      key: 'loss',
      rank: null,
      steps: Float64Array.of(0, 2, 1, 2),
      times: Float64Array.of(0, 1, 2, 3),
      values: Float64Array.of(Number.NaN, 5, -Infinity, 4),
    };
    assert.deepEqual(summariseSeries(series), { last: 4, lastStep: 2, min: -Infinity, max: 5, count: 4 });
  });
});

function flat(log: MetricLog): string[] {
  return log.series
    .flatMap(series =>
      Array.from(series.steps, (step, index) =>
        line(series.key, series.rank, step, series.times[index] ?? 0, series.values[index] ?? 0),
      ),
    )
    .sort();
}

function flatPoints(points: readonly MetricPoint[]): string[] {
  return points
    .map(point => line(asStored(point.key), point.rank ?? null, point.step, point.time, point.value))
    .sort();
}

/** Text that no UTF-8 can say (half a surrogate pair) is stored with the replacement character. */
function asStored(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

function line(name: string, rank: number | null, ...numbers: number[]): string {
  return JSON.stringify([
    name,
    rank,
    ...numbers.map(number => (Object.is(number, -0) ? '-0' : String(number))),
  ]);
}
