import assert from 'node:assert/strict';
import fc from 'fast-check';
import { divergenceShape } from '../../../../src/reproduction/cause/divergenceShape.ts';
import type { SeriesPoints } from '../../../../src/reproduction/comparison/compareMetric.ts';

function series(values: readonly number[], firstStep = 0): SeriesPoints {
  return {
    steps: Float64Array.from(values, (_, at) => firstStep + at),
    values: Float64Array.from(values),
  };
}

/** A loss that falls, as irrational as real ones are. */
function loss(length: number): number[] {
  return Array.from({ length }, (_, at) => 2.3 * Math.exp(-at / length) + 0.01 * Math.sin(at * 1.7));
}

/** The curve, each point multiplied by 1 + what `by` says. */
function apart(values: readonly number[], by: (at: number) => number): number[] {
  return values.map((value, at) => value * (1 + by(at)));
}

const curve = loss(60);

const cases: readonly [title: string, other: readonly number[], shape: string | undefined, step?: number][] =
  [
    ['the same curve', curve, undefined],
    ['another seed', apart(curve, at => 0.02 * Math.sin(at + 1)), 'from-the-start', 0],
    [
      'another order of data after equal weights',
      apart(curve, at => (at < 1 ? 0 : 0.05)),
      'from-the-start',
      1,
    ],
    ['two threads instead of one', apart(curve, at => (at < 1 ? 0 : 1e-12 * Math.exp(at / 3))), 'growing', 1],
    [
      'another GPU from step 12 on',
      apart(curve, at => (at < 12 ? 0 : 1e-9 * Math.exp((at - 12) / 4))),
      'growing',
      12,
    ],
    ['an epoch in another order', apart(curve, at => (at < 30 ? 0 : 0.05 * Math.cos(at))), 'sudden', 30],
    [
      'rounding, then another order of data',
      apart(curve, at => (at < 30 ? 1e-12 * (1 + (at % 3)) : 0.05)),
      'sudden',
      30,
    ],
    ['another evaluation', apart(curve, at => (at === 59 ? 0.01 : 0)), 'final-only', 59],
    ['rounding that is not amplified', apart(curve, at => 1e-15 * (1 + (at % 3))), 'unclear', 0],
  ];

describe('divergenceShape', () => {
  for (const [title, other, shape, step] of cases)
    it(`${title}: ${shape ?? 'no divergence'}`, () => {
      const found = divergenceShape(series(curve), series(other));
      assert.equal(found?.shape, shape);
      assert.equal(found?.step, step);
    });

  it('takes the last decimal that was logged for rounding', () => {
    const logged = curve.map(value => Math.round(value * 0.05 * 1e4) / 1e4);
    const other = logged.map((value, at) => (at < 3 ? value : value + Math.floor(2 ** (at / 12)) * 1e-4));
    assert.equal(divergenceShape(series(logged), series(other))?.shape, 'growing');
  });

  it('says nothing certain of three points', () => {
    assert.equal(
      divergenceShape(series([0.5, 0.25, 1 / 3]), series([0.5, 0.25 + 2 ** -54, 1 / 3]))?.shape,
      'unclear',
    );
  });

  it('measures by the usual size of the curve, not by a value near zero', () => {
    const near = [1, 0.8, 1e-14, 0.9, 1, 1.1, 1];
    const found = divergenceShape(series(near), series(near.map((value, at) => (at === 2 ? 2e-14 : value))));
    assert.equal(found?.shape, 'unclear');
    assert.equal(found.relative, 1);
  });

  it('reads NaN, infinities, other steps and repeated steps', () => {
    const odd: SeriesPoints = {
      steps: Float64Array.of(0, 1, 1, 2, 5, NaN),
      values: Float64Array.of(NaN, 1, Infinity, 3, 4, 1),
    };
    assert.equal(divergenceShape(odd, odd), undefined);
    const other = { steps: Float64Array.of(0, 1, 1, 3), values: Float64Array.of(1, 1, Infinity, 3) };
    assert.deepEqual(divergenceShape(odd, other), { shape: 'from-the-start', step: 0, relative: Infinity });
  });

  const length = fc.integer({ min: 24, max: 200 });

  it('sees growth in every curve that grows', () => {
    fc.assert(
      fc.property(
        length,
        fc.double({ min: -14, max: -6, noNaN: true }),
        fc.double({ min: 2, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (points, begins, decades, from) => {
          const start = Math.floor(from * points);
          const rate = (decades * Math.LN10) / (points - start);
          const before = loss(points);
          const after = apart(before, at => (at < start ? 0 : 10 ** begins * Math.exp(rate * (at - start))));
          const found = divergenceShape(series(before), series(after));
          assert.equal(found?.shape, 'growing');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds the step of every jump', () => {
    fc.assert(
      fc.property(length, fc.double({ min: 0.01, max: 2, noNaN: true }), fc.nat(), (points, size, where) => {
        const at = 2 + (where % (points - 3));
        const before = loss(points);
        const found = divergenceShape(series(before), series(apart(before, step => (step < at ? 0 : size))));
        assert.deepEqual([found?.shape, found?.step], ['sudden', at]);
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the unit, on the numbering of steps, or on which run is called the original', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 4, maxLength: 40 }),
        fc.array(fc.constantFrom(0, 0, 0, 1e-12, 1e-6, 0.1), { minLength: 40, maxLength: 40 }),
        fc.integer({ min: -20, max: 20 }),
        fc.nat(1000),
        (before, differences, power, firstStep) => {
          const after = apart(before, at => differences[at] ?? 0);
          const found = divergenceShape(series(before), series(after));
          const scaled = divergenceShape(
            series(
              before.map(value => value * 2 ** power),
              firstStep,
            ),
            series(
              after.map(value => value * 2 ** power),
              firstStep,
            ),
          );
          // Decimals are decimals in one unit only.
          if (found?.shape === scaled?.shape)
            assert.equal(scaled?.step, found === undefined ? undefined : found.step + firstStep);
          else assert.ok(before.some(value => value * 1e6 === Math.round(value * 1e6)));
          assert.equal(divergenceShape(series(after), series(before)) === undefined, found === undefined);
        },
      ),
    );
  });

  it('looks at a million points', () => {
    const before = new Float64Array(1_000_000).fill(1);
    const after = before.map((_, at) => 1 + 1e-12 * 2 ** (at / 50_000));
    const steps = before.map((_, at) => at);
    assert.equal(divergenceShape({ steps, values: before }, { steps, values: after })?.shape, 'growing');
  });
});
