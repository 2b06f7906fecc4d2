import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rebin } from '../../../src/series/rebin.ts';

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

describe('rebin', () => {
  for (const [name, buckets, range, bars, expected] of [
    ['spreads a wide bucket', { from: 0, ends: [4], counts: [8] }, [0, 4], 4, [2, 2, 2, 2]],
    ['adds narrow ones up', { from: 0, ends: [1, 2, 3, 4], counts: [1, 2, 3, 4] }, [0, 4], 2, [3, 7]],
    ['puts a single value into one bar', { from: 5, ends: [5], counts: [3] }, [5, 5], 2, [3, 0]],
    [
      'takes endless buckets as far as the range',
      { from: 0, ends: [2, Infinity], counts: [2, 4] },
      [0, 4],
      2,
      [2, 4],
    ],
    [
      'passes over what goes back',
      { from: 0, ends: [2, 1, NaN, 4], counts: [2, 9, 9, 4] },
      [0, 4],
      2,
      [2, 4],
    ],
    ['has no bars of nothing', { from: 0, ends: [], counts: [] }, [0, 1], 2, [0, 0]],
  ] as const)
    it(name, () => assert.deepEqual([...rebin(buckets, range, bars)], expected));

  it('keeps the number of values', () => {
    const bucket = fc.tuple(fc.double({ min: 0, max: 10, noNaN: true }), fc.nat(1000));
    fc.assert(
      fc.property(
        fc.array(bucket, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 40 }),
        (rows, bars) => {
          let at = 0;
          const ends = rows.map(([width]) => (at += width));
          const counts = rows.map(([, count]) => count);
          const total = sum(rebin({ from: 0, ends, counts }, [0, at], bars));
          assert.ok(Math.abs(total - sum(counts)) <= 1e-6 * (1 + sum(counts)));
        },
      ),
    );
  });
  it('takes any numbers', () => {
    const any = fc.array(fc.double(), { maxLength: 20 });
    fc.assert(
      fc.property(any, any, fc.double(), fc.double(), fc.double(), (ends, counts, from, low, high) => {
        assert.equal(rebin({ from, ends, counts }, [low, high], 10).length, 10);
      }),
    );
  });
});
