import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredSeries } from '../../../src/series/chartSeries.ts';
import { latestOf, splitAtRestarts } from '../../../src/series/restarts.ts';

/** One point a second unless told otherwise; each value tells its place in the order of arrival. */
const seriesOf = (steps: readonly number[], times = steps.map((_, i) => i * 1000)): StoredSeries => ({
  steps: Float64Array.from(steps),
  times: Float64Array.from(times),
  values: Float64Array.from(steps.keys()),
});
const stepsOf = (parts: readonly StoredSeries[]): number[][] => parts.map(({ steps }) => [...steps]);

describe('splitAtRestarts', () => {
  for (const [name, series, parts] of [
    ['leaves one go alone', seriesOf([0, 1, 2]), [[0, 1, 2]]],
    [
      'finds where a program resumed',
      seriesOf([0, 1, 2, 3, 1, 2, 3, 4]),
      [
        [0, 1, 2, 3],
        [1, 2, 3, 4],
      ],
    ],
    [
      'finds each of several',
      seriesOf([0, 1, 2, 0, 1, 2, 0, 1]),
      [
        [0, 1, 2],
        [0, 1, 2],
        [0, 1],
      ],
    ],
    ['takes a repeated step for none', seriesOf([0, 1, 1, 2, 2]), [[0, 1, 1, 2, 2]]],
    ['takes writers in turns for none', seriesOf([10, 10, 11, 12, 11, 12]), [[10, 10, 11, 12, 11, 12]]],
    [
      'takes points that arrived out of order for none',
      seriesOf([1, 0, 3, 2, 4], [1, 0, 3, 2, 4]),
      [[1, 0, 3, 2, 4]],
    ],
    ['takes points of one moment for none', seriesOf([5, 6, 7, 1, 2], [0, 0, 0, 0, 0]), [[5, 6, 7, 1, 2]]],
    ['has a part for nothing', seriesOf([]), [[]]],
  ] as const)
    it(name, () => assert.deepEqual(stepsOf(splitAtRestarts(series)), parts));

  it('takes steps that begin anew with each epoch for none', () => {
    const steps = Array.from({ length: 300 }, (_, i) => i % 10);
    assert.equal(splitAtRestarts(seriesOf(steps)).length, 1);
  });

  it('loses no point and keeps the order of time within a part', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 50 }));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), points => {
        const series = seriesOf(
          points.map(([step]) => step),
          points.map(([, time]) => time),
        );
        const parts = splitAtRestarts(series);
        const values = parts.flatMap(part => [...part.values]);
        assert.deepEqual(
          values.toSorted((a, b) => a - b),
          [...series.values],
        );
        if (parts.length > 1)
          for (const { times } of parts)
            assert.deepEqual(
              [...times],
              [...times].toSorted((a, b) => a - b),
            );
      }),
    );
  });

  it('takes any numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double(), fc.double())), points => {
        const parts = splitAtRestarts(
          seriesOf(
            points.map(([step]) => step),
            points.map(([, time]) => time),
          ),
        );
        latestOf(parts);
      }),
    );
  });
});

describe('latestOf', () => {
  it('keeps of each step what was logged last, and what no later part reached', () => {
    const latest = latestOf(splitAtRestarts(seriesOf([0, 1, 2, 3, 4, 2, 3])));
    assert.deepEqual([...latest.steps], [0, 1, 2, 3]);
    assert.deepEqual([...latest.values], [0, 1, 5, 6]);
  });
  it('is the series itself without a restart', () => {
    const series = seriesOf([0, 1, 2]);
    assert.equal(latestOf(splitAtRestarts(series)), series);
  });
});
