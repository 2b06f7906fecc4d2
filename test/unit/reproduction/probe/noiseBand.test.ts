import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { compareMetric } from '../../../../src/reproduction/comparison/compareMetric.ts';
import { compareMetrics } from '../../../../src/reproduction/comparison/compareMetrics.ts';
import type { KeyedSeries } from '../../../../src/reproduction/comparison/compareMetrics.ts';
import { noVolatilePatterns } from '../../../../src/reproduction/comparison/volatileNames.ts';
import { compareExecutions } from '../../../../src/reproduction/probe/compareExecutions.ts';
import { correlationTime, learnNoise } from '../../../../src/reproduction/probe/learnNoise.ts';
import { alarmRate, noiseBand } from '../../../../src/reproduction/probe/noiseBand.ts';
import { probeLength } from '../../../../src/reproduction/probe/probeLength.ts';
import { probeSentence } from '../../../../src/reproduction/probe/probeSentence.ts';
import { determinismProbeSchema } from '../../../../src/runs/determinismProbe.ts';
import { noiseKinds, normal, randomNumbers } from '../../../helpers/noisyTraining.ts';
import { countVerdicts } from '../../../helpers/verdictRates.ts';

function series(key: string, values: readonly number[]): KeyedSeries {
  return { key, rank: null, steps: Float64Array.from(values.keys()), values: Float64Array.from(values) };
}

function probeOf(
  first: readonly KeyedSeries[],
  second: readonly KeyedSeries[],
): Parameters<typeof noiseBand>[0][number] {
  const bands = compareExecutions(first, second, { volatile: noVolatilePatterns });
  return { bands, identical: bands.every(band => band.identical) };
}

/** A falling curve with noise of one thousandth. */
function curve(seed: number, points = 100, shift = 0): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: points }, (_, at) => 2 / (1 + at) + 1e-3 * normal(random) + shift);
}

describe('a noise band', () => {
  const noisy = probeOf([series('loss', curve(1))], [series('loss', curve(2))]);
  const equal = probeOf(
    [series('loss', curve(1)), series('lr', curve(1))],
    [series('loss', curve(1)), series('lr', curve(1))],
  );
  const half = probeOf(
    [series('loss', curve(1)), series('lr', [1, 1])],
    [series('loss', curve(2)), series('lr', [1, 1])],
  );
  const judged = (
    reproduced: readonly number[],
    probes = [noisy],
    more: Parameters<typeof compareMetrics>[2] = {},
  ): ReturnType<typeof compareMetric> => {
    const [found] = compareMetrics(
      [series('loss', curve(3, reproduced.length))],
      [series('loss', reproduced)],
      { probes, ...more },
    );
    assert.ok(found !== undefined);
    return found;
  };
  const outcome = (...asked: Parameters<typeof judged>): [string, string | undefined, string | undefined] => {
    const { verdict } = judged(...asked);
    return [verdict.verdict, verdict.toleranceFrom, verdict.sentence];
  };

  it('takes noise for noise, and says so', () => {
    assert.deepEqual(outcome(curve(4)), [
      'within-tolerance',
      'noise-band',
      'Within the noise of this machine (probe of 99 steps). Band 0.024 at step 56, learnt through step 99.',
    ]);
  });
  it('takes what is further apart for a difference', () => {
    assert.deepEqual(outcome(curve(4, 100, 0.05)), [
      'diverged',
      'noise-band',
      'More than the noise of this machine (probe of 99 steps). Band 0.022 at step 0, learnt through step 99.',
    ]);
  });
  it('leaves identical as it is', () => {
    assert.deepEqual(outcome(curve(3)), ['identical', undefined, undefined]);
  });
  it('says of what comes after its end that it is not known', () => {
    const late = curve(4, 150).map((value, at) => (at > 120 ? value + 0.05 : value));
    assert.deepEqual(outcome(late), [
      'inconclusive',
      'noise-band',
      'Within the noise of this machine (probe of 99 steps); the probe ended at step 99, so from step 121 on noise can neither be told nor ruled out. Band 0.026 at step 121, learnt through step 99 and extended.',
    ]);
    assert.match(
      judged(curve(4, 150)).verdict.sentence ?? '',
      /after step 99, where the probe ended, no further apart/,
    );
  });
  it('is zero where the probe was identical: then any difference is real', () => {
    const changed = curve(3).map((value, at) => (at === 50 ? value + 1e-12 : value));
    assert.deepEqual(outcome(changed, [equal]), [
      'diverged',
      'noise-band',
      'Equal in the probe of 99 steps: the difference is real.',
    ]);
    const after = curve(3, 150).map((value, at) => (at === 120 ? value + 1e-12 : value));
    assert.equal(judged(after, [equal]).verdict.verdict, 'within-tolerance');
  });
  it('covers nothing after the end of a probe that was identical: one rare event would look the same', () => {
    const late = curve(3, 150).map((value, at) => (at >= 120 && at < 125 ? value + 0.05 : value));
    const found = judged(late, [equal]);
    assert.deepEqual(
      [found.verdict.verdict, found.band?.uncovered, found.verdict.sentence],
      [
        'inconclusive',
        true,
        'Not covered by the probe of 99 steps: it was equal to its end at step 99, and this begins at step 120, as a rare event would.',
      ],
    );
    assert.equal(judged(late, [equal], { changed: true }).verdict.verdict, 'diverged', 'it has a cause');
    const last = curve(3, 150).map((value, at) => (at === 149 ? value + 0.05 : value));
    assert.equal(judged(last, [equal]).verdict.verdict, 'inconclusive', 'the last point may pass or stay');
    const both = late.map((value, at) => (at === 20 ? value + 1e-12 : value));
    assert.equal(judged(both, [equal]).verdict.verdict, 'diverged');
    const often = curve(3, 150).map((value, at) => (at > 110 && at % 2 === 0 ? value + 0.05 : value));
    assert.equal(judged(often, [equal]).verdict.verdict, 'diverged');
  });
  it('takes nothing for a rare event that begins after the probe and stays', () => {
    const stays = (from: number): number[] =>
      curve(3, 150).map((value, at) => (at >= from ? value + 0.05 : value));
    for (const from of [101, 120, 148])
      assert.deepEqual(outcome(stays(from), [equal]), [
        'diverged',
        'noise-band',
        'Equal in the probe of 99 steps, which ended before this difference began.',
      ]);
    // With a few points in between that happen to agree.
    const mostly = stays(120).map((value, at) => (at % 4 === 0 ? (curve(3, 150)[at] ?? value) : value));
    assert.equal(judged(mostly, [equal]).verdict.verdict, 'diverged');
  });
  it('makes nothing stricter where the original ran on another machine', () => {
    const changed = curve(3).map((value, at) => (at === 50 ? value * (1 + 1e-9) : value));
    assert.equal(judged(changed, [equal], { noiseOnlyLoosens: true }).verdict.verdict, 'within-tolerance');
  });
  it('does not call a difference real because a noisy program happened to be equal at two points', () => {
    const rows = compareMetrics([series('lr', [1, 1])], [series('lr', [1, 2])], { probes: [half] });
    assert.deepEqual(
      [rows[0]?.verdict.verdict, rows[0]?.verdict.sentence],
      [
        'inconclusive',
        'Equal in the probe of 1 step, in which other metrics differ: too little to tell whether this is noise.',
      ],
    );
  });
  it('comes after tolerances that somebody chose', () => {
    const tolerance = { rtol: 0, atol: 1e-9 };
    for (const from of ['command', 'experiment'] as const)
      assert.deepEqual(outcome(curve(4), [noisy], { tolerances: [{ pattern: 'loss', tolerance, from }] }), [
        'diverged',
        from,
        undefined,
      ]);
  });
  it('has nothing to say of a metric that no probe has', () => {
    assert.equal(noiseBand([noisy], { key: 'other', points: 10, metrics: 1 }), undefined);
  });
  it('rules nothing out after a difference that is no number', () => {
    const broken = probeOf([series('loss', [1, NaN, 1])], [series('loss', [1, 2, 1])]);
    assert.equal(outcome([9, 9, 9], [broken])[0], 'inconclusive');
  });
  it('is narrower after more probes', () => {
    const more = [5, 7, 9].map(seed =>
      probeOf([series('loss', curve(seed, 4))], [series('loss', curve(seed + 1, 4))]),
    );
    const at = (count: number): number =>
      noiseBand(more.slice(0, count), { key: 'loss', points: 4, metrics: 1 })?.allowedAt(2, 0) ?? NaN;
    assert.ok(at(3) < at(1), `${at(3)} ${at(1)}`);
  });
  it('follows growth over orders of magnitude', () => {
    const grown = (factor: number): number[] =>
      Array.from({ length: 100 }, (_, at) => 1 + factor * 1e-12 * Math.exp(at / 5));
    const band = noiseBand([probeOf([series('loss', grown(0))], [series('loss', grown(1))])], {
      key: 'loss',
      points: 100,
      metrics: 1,
    });
    assert.ok(band !== undefined && band.allowedAt(5, 0) < 1e-6 && band.allowedAt(95, 0) > 1e-4);
  });
});

describe('learnNoise', () => {
  it('learns nothing from nothing', () => {
    assert.equal(learnNoise([]), undefined);
    assert.equal(learnNoise([{ step: 0, difference: 0 }]), undefined);
    assert.equal(learnNoise([{ step: 0, difference: NaN }]), undefined);
  });
  it('has finite sizes above zero for whatever differs', () => {
    const difference = fc.oneof(fc.constant(0), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(difference, { minLength: 1, maxLength: 60 }), differences => {
        const noise = learnNoise(differences.map((value, step) => ({ step, difference: value })));
        if (noise === undefined) {
          assert.ok(differences.every(value => value === 0));
          return;
        }
        assert.ok(noise.freedom >= 1 && noise.correlation >= 1 && Number.isFinite(noise.largest));
        for (const { size } of noise.scale)
          assert.ok(size > 0 && Number.isFinite(size), JSON.stringify(noise));
      }),
    );
  });
  it('tells independent values from those that last', () => {
    const random = randomNumbers(3);
    const independent = Array.from({ length: 2000 }, () => normal(random));
    let value = 0;
    const lasting = independent.map(next => (value = 0.9 * value + next));
    assert.ok(correlationTime(independent) < 1.5);
    // (1 + 0.9) / (1 - 0.9) points.
    assert.ok(Math.abs(correlationTime(lasting) - 19) < 8, String(correlationTime(lasting)));
    assert.ok(correlationTime(Array.from({ length: 50 }, () => 1)) > 40);
  });
});

describe('a probe', () => {
  it('goes a tenth of the way when nobody says how far, and twenty points at least', () => {
    const length = (points: number): object =>
      probeLength([series('time', curve(1, 5000)), series('loss', curve(1, points))], noVolatilePatterns);
    assert.deepEqual(length(2000), { forMs: 120_000, throughStep: 199 });
    assert.deepEqual(length(50), { forMs: 120_000, throughStep: 19 });
    assert.deepEqual(length(5), { forMs: 120_000, throughStep: 4 });
    assert.deepEqual(probeLength([], noVolatilePatterns), { forMs: 120_000 });
  });
  it('says in one sentence what it found', () => {
    const differs = compareExecutions(
      [series('loss', [1, 2]), series('gpu_util', [1])],
      [series('loss', [1, 2.5]), series('gpu_util', [3])],
      { volatile: noVolatilePatterns },
    );
    assert.equal(
      probeSentence({ bands: differs, identical: false, throughStep: 1, differingOutputs: [] }),
      'Two runs of 1 step differ on this machine: loss from step 1 on, by at most a relative 2.5e-1.',
    );
    const equal = compareExecutions([series('loss', [1, 2])], [series('loss', [1, 2])], {
      volatile: noVolatilePatterns,
    });
    assert.equal(
      probeSentence({ bands: equal, identical: true, throughStep: 200, differingOutputs: [] }),
      'Two runs of 200 steps are identical on this machine.',
    );
    assert.equal(
      probeSentence({ bands: equal, identical: false, throughStep: 200, differingOutputs: ['m.pt'] }),
      'Two runs of 200 steps differ on this machine: their metrics are identical, the bytes of m.pt are not.',
    );
    assert.equal(
      probeSentence({ bands: [], identical: false, differingOutputs: [] }),
      'Two runs have no metric that counts, so nothing was compared.',
    );
  });
  it('compares two runs as far as both got', () => {
    const bands = compareExecutions([series('loss', curve(1, 30))], [series('loss', curve(1, 50))], {
      volatile: noVolatilePatterns,
    });
    assert.deepEqual([bands[0]?.identical, bands[0]?.comparedPoints, bands[0]?.throughStep], [true, 30, 29]);
    const document = {
      schemaVersion: 1,
      at: '',
      host: 'a',
      runId: '01JZ0000000000000000000001',
      reproductionIds: ['01JZ0000000000000000000002', '01JZ0000000000000000000003'],
      identical: true,
      sentence: '',
      bands,
    };
    assert.ok(determinismProbeSchema.safeParse(JSON.parse(JSON.stringify(document))).success);
  });
});

/** Seeded and short; `npm run soak` and `npm run bench verdictRates` count at length. */
describe('verdicts of noisy trainings', () => {
  const asked = { steps: 60, probeSteps: 60, probes: 1, firstSeed: 5 };
  for (const kind of noiseKinds) {
    it(`are hardly ever wrong about noise alone: ${kind}`, () => {
      const counts = countVerdicts({ ...asked, kind, repetitions: 25 });
      assert.ok(counts.diverged <= Math.ceil(3 * 25 * alarmRate), JSON.stringify(counts));
    });
    it(`see another seed: ${kind}`, () => {
      const counts = countVerdicts({ ...asked, kind, repetitions: 10, change: { seed: 1000 } });
      assert.ok(counts['within-tolerance'] + counts.identical <= 1, JSON.stringify(counts));
    });
  }
});
