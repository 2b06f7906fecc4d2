import assert from 'node:assert/strict';
import fc from 'fast-check';
import { studentQuantile, upperTail } from '../../../../src/reproduction/probe/studentQuantile.ts';

describe('studentQuantile', () => {
  // Tables of the t distribution: one-sided probability, degrees of freedom, quantile.
  for (const [tail, freedom, expected] of [
    [0.025, 1, 12.706204736],
    [0.005, 1, 63.656741163],
    [0.025, 2, 4.30265273],
    [0.025, 4, 2.776445105],
    [0.005, 10, 3.169272673],
    [0.025, 30, 2.042272456],
    [0.0005, 120, 3.373454],
    [0.025, 1e7, 1.959964],
  ] as const)
    it(`is ${expected} for ${tail} and ${freedom} degrees of freedom`, () => {
      assert.ok(Math.abs(studentQuantile(tail, freedom) / expected - 1) < 1e-6);
    });

  it('is the inverse of the tail, also far out', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: -0.31, noNaN: true }),
        fc.double({ min: 1, max: 500, noNaN: true }),
        (power, freedom) => {
          const tail = 10 ** power;
          const back = upperTail(studentQuantile(tail, freedom), freedom);
          assert.ok(Math.abs(back / tail - 1) < 1e-6, `${tail} ${freedom} ${back}`);
        },
      ),
    );
  });
});
