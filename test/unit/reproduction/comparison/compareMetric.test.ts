import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareMetric } from '../../../../src/reproduction/comparison/compareMetric.ts';
import type { MetricRules, SeriesPoints } from '../../../../src/reproduction/comparison/compareMetric.ts';

/** `[[step, value], …]` as a series. */
function series(...points: [step: number, value: number][]): SeriesPoints {
  return {
    steps: Float64Array.from(points, point => point[0]),
    values: Float64Array.from(points, point => point[1]),
  };
}

describe('compareMetric', () => {
  const base = series([0, 1.5], [1, 1.25], [2, 0.1]);
  const table: {
    title: string;
    original: SeriesPoints | undefined;
    reproduced: SeriesPoints | undefined;
    rules?: MetricRules;
    verdict: string;
    firstDifferingStep?: number;
  }[] = [
    { title: 'the same points', original: base, reproduced: base, verdict: 'identical' },
    {
      title: 'NaN and infinities in the same places',
      original: series([0, NaN], [1, Infinity], [2, -Infinity]),
      reproduced: series([0, NaN], [1, Infinity], [2, -Infinity]),
      verdict: 'identical',
    },
    {
      title: 'the other infinity',
      original: series([0, 1.5], [1, Infinity]),
      reproduced: series([0, 1.5], [1, -Infinity]),
      verdict: 'diverged',
      firstDifferingStep: 1,
    },
    {
      title: 'NaN where a number was',
      original: series([0, 1.5]),
      reproduced: series([0, NaN]),
      verdict: 'diverged',
      firstDifferingStep: 0,
    },
    {
      title: 'the last bit',
      original: base,
      reproduced: series([0, 1.5], [1, 1.25], [2, 0.1 + 2 ** -56]),
      verdict: 'within-tolerance',
      firstDifferingStep: 2,
    },
    {
      title: 'more than the default tolerance',
      original: base,
      reproduced: series([0, 1.5], [1, 1.251], [2, 0.1]),
      verdict: 'diverged',
      firstDifferingStep: 1,
    },
    {
      title: 'more than the default tolerance, allowed by a chosen one',
      original: base,
      reproduced: series([0, 1.5], [1, 1.251], [2, 0.1]),
      rules: { tolerance: { rtol: 0.01, atol: 0 } },
      verdict: 'within-tolerance',
      firstDifferingStep: 1,
    },
    {
      title: 'integers one apart',
      original: series([0, 100_000_000]),
      reproduced: series([0, 100_000_001]),
      verdict: 'diverged',
      firstDifferingStep: 0,
    },
    {
      title: 'the same steps in another order',
      original: base,
      reproduced: series([2, 0.1], [0, 1.5], [1, 1.25]),
      verdict: 'identical',
    },
    {
      title: 'a step missing in the middle',
      original: base,
      reproduced: series([0, 1.5], [2, 0.1]),
      verdict: 'diverged',
      firstDifferingStep: 1,
    },
    {
      title: 'steps missing at the end',
      original: base,
      reproduced: series([0, 1.5]),
      verdict: 'diverged',
      firstDifferingStep: 1,
    },
    {
      title: 'steps missing at the end of a reproduction that was cut short',
      original: base,
      reproduced: series([0, 1.5]),
      rules: { reproductionCutShort: true },
      verdict: 'identical',
    },
    {
      title: 'further steps after an original that was cut short',
      original: series([0, 1.5]),
      reproduced: base,
      rules: { originalCutShort: true },
      verdict: 'identical',
    },
    {
      title: 'only the steps that were asked for',
      original: base,
      reproduced: series([0, 1.5], [1, 9]),
      rules: { throughStep: 0 },
      verdict: 'identical',
    },
    {
      title: 'a metric that the reproduction lacks',
      original: base,
      reproduced: undefined,
      verdict: 'diverged',
      firstDifferingStep: 0,
    },
    {
      title: 'a metric that only the reproduction has',
      original: undefined,
      reproduced: base,
      verdict: 'diverged',
      firstDifferingStep: 0,
    },
    {
      title: 'a step logged twice, the same both times',
      original: series([0, 1.5], [0, 2.5]),
      reproduced: series([0, 1.5], [0, 2.5]),
      verdict: 'identical',
    },
    {
      title: 'a step logged twice, the other way round',
      original: series([0, 1.5], [0, 2.5]),
      reproduced: series([0, 2.5], [0, 1.5]),
      verdict: 'diverged',
      firstDifferingStep: 0,
    },
    {
      title: 'a step logged once less',
      original: series([0, 1.5], [0, 1.5]),
      reproduced: series([0, 1.5]),
      verdict: 'diverged',
      firstDifferingStep: 0,
    },
  ];
  for (const { title, original, reproduced, rules, verdict, firstDifferingStep } of table)
    it(`${title}: ${verdict}`, () => {
      const comparison = compareMetric('loss', original, reproduced, rules);
      assert.equal(comparison.verdict.verdict, verdict);
      assert.equal(comparison.verdict.firstDifferingStep, firstDifferingStep);
    });

  it('says how far apart the values are', () => {
    const { verdict } = compareMetric('loss', series([0, 2.5], [1, 4.5]), series([0, 2.5], [1, 5.625]));
    assert.equal(verdict.maxAbsoluteDifference, 1.125);
    assert.equal(verdict.maxRelativeDifference, 0.25);
    assert.equal(verdict.originalLast, 4.5);
    assert.equal(verdict.reproducedLast, 5.625);
    assert.equal(verdict.comparedPoints, 2);
  });

  it('accounts for every point of both sides', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.double()), { maxLength: 40 });
    fc.assert(
      fc.property(points, points, fc.boolean(), fc.boolean(), (first, second, cutFirst, cutSecond) => {
        const { verdict, cutPoints } = compareMetric('m', series(...first), series(...second), {
          originalCutShort: cutFirst,
          reproductionCutShort: cutSecond,
        });
        assert.equal(
          first.length + second.length,
          2 * verdict.comparedPoints + verdict.missingSteps + verdict.extraSteps + cutPoints,
        );
      }),
    );
  });

  it('calls any series identical to itself, and empty ones inconclusive', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.double()));
    fc.assert(
      fc.property(points, all => {
        const { verdict } = compareMetric('m', series(...all), series(...all));
        assert.equal(verdict.verdict, all.length === 0 ? 'inconclusive' : 'identical');
      }),
    );
  });
});
