import assert from 'node:assert/strict';
import { finalStatistics } from '../../../../src/reproduction/verdict/finalStatistics.ts';
import type { Verdict } from '../../../../src/runs/verdict.ts';
import { originalId, reproductionId } from '../recordedRun.ts';

function verdict(last: number, change: Partial<Verdict> = {}, original = 1): Verdict {
  const metric = { key: 'loss', verdict: 'within-tolerance', volatile: false, comparedPoints: 3 } as const;
  return {
    ...{ schemaVersion: 1, verdict: 'within-tolerance', runId: originalId, reproductionId, at: '' },
    ...{ sentence: '', outputs: [], ingredients: [], cause: null, caps: [], escapedModules: [] },
    metrics: [
      { ...metric, originalLast: original, reproducedLast: last, missingSteps: 0, extraSteps: 0 },
      {
        ...metric,
        key: 'time',
        volatile: true,
        originalLast: 1,
        reproducedLast: 9,
        missingSteps: 0,
        extraSteps: 0,
      },
    ],
    ...change,
  };
}

describe('finalStatistics', () => {
  it('says nothing of fewer than three whole reproductions', () => {
    assert.equal(finalStatistics([verdict(1), verdict(1)]), undefined);
    assert.equal(
      finalStatistics([verdict(1), verdict(1, { verdict: 'inconclusive' }), verdict(1)]),
      undefined,
    );
    assert.equal(
      finalStatistics([verdict(1), verdict(1, { part: { throughStep: 3 } }), verdict(1)]),
      undefined,
    );
  });

  it('takes no reproduction of something else for one more of the same', () => {
    const ingredients: Verdict['ingredients'] = [
      { name: 'data', status: 'differs', original: 'a', now: 'b', differences: ['data.csv a → b'] },
    ];
    assert.equal(finalStatistics([verdict(1), verdict(1, { ingredients }), verdict(1)]), undefined);
    assert.equal(
      finalStatistics([verdict(1), verdict(9, { ingredients }), verdict(1), verdict(1)])?.reproductions,
      3,
    );
    const harmless: Verdict['ingredients'] = [
      {
        ...{ name: 'environment', status: 'differs', original: '', now: '' },
        differences: ['variable PIP_CERT is set only now'],
      },
    ];
    assert.equal(
      finalStatistics([verdict(1), verdict(1, { ingredients: harmless }), verdict(1)])?.reproductions,
      3,
    );
  });

  it('names one of several metrics that lie outside', () => {
    const two = (last: number): Verdict => {
      const one = verdict(last, {}, 5);
      return {
        ...one,
        metrics: ['acc', 'loss'].flatMap(key => one.metrics.slice(0, 1).map(row => ({ ...row, key }))),
      };
    };
    assert.match(
      finalStatistics([1, 1.01, 0.99].map(two))?.sentence ?? '',
      /^The last values of acc and 1 more of the original lie outside .* \(acc: [\d.]+ to [\d.]+, original 5\)\.$/,
    );
    assert.match(
      finalStatistics([5, 5.01, 4.99].map(two))?.sentence ?? '',
      /^The last values of both metrics /,
    );
  });

  it('gives the prediction interval of one more value, and n', () => {
    const found = finalStatistics([verdict(1), verdict(2), verdict(3)]);
    assert.ok(found !== undefined);
    assert.equal(found.reproductions, 3);
    const [loss, ...others] = found.metrics;
    assert.equal(others.length, 0);
    // t of 2 degrees of freedom at 2.5 %: 4.3027; times 1 times the root of 4/3.
    assert.ok(loss !== undefined && Math.abs(loss.high - (2 + 4.30265273 * Math.sqrt(4 / 3))) < 1e-6);
    assert.equal(loss.inside, true);
    assert.equal(
      found.sentence,
      'The last value of loss of the original lies inside the 95 % prediction interval of 3 reproductions.',
    );
  });

  it('says where the original lies when it is outside', () => {
    const found = finalStatistics([1, 1.01, 0.99, 1].map(last => verdict(last, {}, 5)));
    assert.equal(found?.metrics[0]?.inside, false);
    assert.match(found.sentence, /^The last value of loss of the original lies outside .* original 5\)\.$/);
  });

  it('is a point where all are equal', () => {
    const found = finalStatistics([0.1, 0.1, 0.1].map(last => verdict(last, {}, 0.1)));
    assert.deepEqual(
      found?.metrics.map(({ low, high, inside }) => [low, high, inside]),
      [[0.1, 0.1, true]],
    );
  });

  it('leaves out metrics that not all of them have whole, and numbers that are none', () => {
    const short = verdict(1);
    const cut = { ...short, metrics: short.metrics.map(metric => ({ ...metric, missingSteps: 2 })) };
    assert.equal(finalStatistics([verdict(1), cut, verdict(1)]), undefined);
    assert.equal(finalStatistics([verdict(1), verdict(NaN), verdict(1)]), undefined);
  });
});
