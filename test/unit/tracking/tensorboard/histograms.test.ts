import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WireReader } from '../../../../src/tracking/protobuf/wireReader.ts';
import { histogramOfMessage } from '../../../../src/tracking/tensorboard/histograms.ts';
import type { Histogram } from '../../../../src/runs/media.ts';
import { protobufMessage } from '../../../helpers/protobufWriter.ts';

function histogram(
  min: number,
  max: number,
  limits: readonly number[],
  counts: readonly number[],
): Histogram {
  const doubles = (values: readonly number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);
  return histogramOfMessage(
    new WireReader(
      protobufMessage([
        { field: 1, double: min },
        { field: 2, double: max },
        { field: 6, bytes: doubles(limits) },
        { field: 7, bytes: doubles(counts) },
      ]),
    ),
  );
}

describe('histogramOfMessage', () => {
  for (const [what, values, ends, counts] of [
    ['buckets as wide as can be shown', [0, 4, [1, 2, 3, 4], [1, 0, 2, 3]], [1, 2, 3, 4], [1, 0, 2, 3]],
    ['narrow neighbours', [0, 100, [1, 1.1, 1.2, 50, 100], [1, 2, 3, 4, 5]], [1.2, 50, 100], [6, 4, 5]],
    ['nothing', [0, 0, [], []], [], []],
    ['empty buckets', [0, 0, [1, 2], [0, 0]], [], []],
    ['outermost ends', [-2, 2, [-1, 1, Number.MAX_VALUE], [1, 1, 1]], [-1, 1, 2], [1, 1, 1]],
    ['more limits than counts', [0, 3, [1, 2, 3], [1, 2]], [1, 3], [1, 2]],
    ['ends that fall', [0, 3, [2, 1, 3], [1, 2, 3]], [2, 3], [3, 3]],
    ['counts that are none', [0, 3, [1, 2, 3], [1, Number.NaN, -4]], [3], [1]],
  ] as const)
    it(`of ${what}`, () => {
      const [min, max, limits, given] = values;
      const found = histogram(min, max, limits, given);
      assert.deepEqual([found.ends, found.counts], [ends, counts]);
    });

  it('of values with infinities is still JSON', () => {
    const found = histogram(Number.NEGATIVE_INFINITY, Number.NaN, [0, Number.POSITIVE_INFINITY], [1, 2]);
    assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
    assert.deepEqual([found.min, found.max, found.count], [null, null, 3]);
    assert.deepEqual(found.counts, [1, 2]);
  });

  it('of any buckets keeps the counts, has ends that rise, and is small', () => {
    const bucket = fc.record({ width: fc.double({ min: 1e-9, max: 1e3, noNaN: true }), count: fc.nat(1000) });
    fc.assert(
      fc.property(
        fc.array(bucket, { maxLength: 500, size: 'max' }),
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        (buckets, min) => {
          let at = min;
          const limits = buckets.map(({ width }) => (at += width));
          const total = buckets.reduce((all, { count }) => all + count, 0);
          const { ends, counts, count } = histogram(
            min,
            at,
            limits,
            buckets.map(one => one.count),
          );
          assert.equal(count, total);
          assert.equal(
            counts.reduce((all, one) => all + one, 0),
            total,
          );
          assert.equal(ends.length, counts.length);
          assert.ok(ends.length <= 130);
          assert.ok(ends.every((end, index) => end > (ends[index - 1] ?? min)));
          if (total > 0) assert.equal(ends.at(-1), at);
        },
      ),
    );
  });
});
