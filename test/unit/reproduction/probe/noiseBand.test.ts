import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { compareMetric } from '../../../../src/reproduction/comparison/compareMetric.ts';
import { compareMetrics } from '../../../../src/reproduction/comparison/compareMetrics.ts';
import type { KeyedSeries } from '../../../../src/reproduction/comparison/compareMetrics.ts';
import { noVolatilePatterns } from '../../../../src/reproduction/comparison/volatileNames.ts';
import { compareExecutions } from '../../../../src/reproduction/probe/compareExecutions.ts';
import { correlationTime, learnNoise } from '../../../../src/reproduction/probe/learnNoise.ts';
import { alarmRate, noiseBand } from '../../../../src/reproduction/probe/noiseBand.ts';
import { noiseOfReproductions } from '../../../../src/reproduction/probe/noiseOfReproductions.ts';
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
      'Within the noise of this machine (probe through step 99). Band 0.021 at step 56, learnt through step 99.',
    ]);
  });
  it('takes what is further apart for a difference', () => {
    assert.deepEqual(outcome(curve(4, 100, 0.05)), [
      'diverged',
      'noise-band',
      'More than the noise of this machine (probe through step 99). Band 0.021 at step 0, learnt through step 99.',
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
      'Within the noise of this machine (probe through step 99); the probe ended at step 99, so from step 121 on noise can neither be told nor ruled out. Band 0.014 at step 121, learnt through step 99 and extended.',
    ]);
    assert.match(
      judged(curve(4, 150)).verdict.sentence ?? '',
      /after step 99, where the probe ended, no further apart/,
    );
  });
  it('is zero where the probe was identical: then a difference that has a cause, or is there at once, is real', () => {
    const from = (place: number, by: number, points = 100): number[] =>
      curve(3, points).map((value, at) => (at >= place ? value + by : value));
    const real = ['diverged', 'noise-band', 'Equal in the probe through step 99: the difference is real.'];
    assert.deepEqual(outcome(from(0, 1e-12), [equal]), real);
    assert.deepEqual(outcome(from(50, 1e-12), [equal], { changed: true }), real);
    const after = curve(3, 150).map((value, at) => (at === 120 ? value + 1e-12 : value));
    assert.equal(judged(after, [equal]).verdict.verdict, 'within-tolerance');
    assert.deepEqual(outcome(from(101, 0.05, 150), [equal], { changed: true }), [
      'diverged',
      'noise-band',
      'Equal in the probe through step 99, which ended before this difference began.',
    ]);
  });
  it('covers no rare event, before or after the end of a probe that was identical', () => {
    const late = curve(3, 150).map((value, at) => (at >= 120 && at < 125 ? value + 0.05 : value));
    const found = judged(late, [equal]);
    assert.deepEqual(
      [found.verdict.verdict, found.band?.uncovered, found.verdict.sentence],
      [
        'inconclusive',
        true,
        'Not covered by the probe through step 99: it was equal to its end at step 99, and this begins at step 120, as a rare event would.',
      ],
    );
    // A lost update stays for good.
    const stays = curve(3).map((value, at) => (at >= 50 ? value + 0.05 : value));
    assert.deepEqual(outcome(stays, [equal]), [
      'inconclusive',
      'noise-band',
      'Equal in the probe through step 99, and different from step 50 on, as after a rare event that no probe has met.',
    ]);
    const often = curve(3, 150).map((value, at) => (at > 110 && at % 2 === 0 ? value + 0.05 : value));
    assert.equal(judged(often, [equal]).verdict.verdict, 'diverged', 'so many events are not rare');
  });
  it('takes the beginning of a run for too early for a rare event as far as the probe was equal for long', () => {
    const early = (points: number): number | undefined =>
      noiseBand([probeOf([series('loss', curve(1, points))], [series('loss', curve(1, points))])], {
        key: 'loss',
        points: 400,
        metrics: 1,
      })?.earlyThrough;
    // Half a point in a hundred at the worst rate: 1 / (n + 1) / e.
    assert.deepEqual([10, 20, 40, 400].map(early), [0, 1, 2, 22]);
  });
  it('is no wider than what was seen and than the curve itself, so that no other training passes', () => {
    const flat = (at: number, by: number): number[] =>
      Array.from({ length: 100 }, (_, place) => 1 + 0.02 * (place % 2) + (place >= at ? by : 0));
    // One event of one size: by Student's t of one value the next one may be a hundred times larger.
    const one = probeOf([series('loss', flat(50, 0))], [series('loss', flat(50, 0.004))]);
    const verdict = (at: number, by: number): string =>
      compareMetrics([series('loss', flat(at, 0))], [series('loss', flat(at, by))], { probes: [one] })[0]
        ?.verdict.verdict ?? '';
    assert.deepEqual(
      [verdict(30, 0.004), verdict(30, 0.3), verdict(0, 0.3), verdict(0, 0.03)],
      ['within-tolerance', 'inconclusive', 'diverged', 'inconclusive'],
    );
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
        'Equal in the probe through step 1, in which other metrics differ: too little to tell whether this is noise.',
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

describe('noise learnt from earlier reproductions', () => {
  const executions = (count: number): KeyedSeries[][] =>
    Array.from({ length: count }, (_, at) => [series('loss', curve(20 + at)), series('lr', curve(1))]);
  const judge = (reproduced: readonly number[], count: number): ReturnType<typeof compareMetrics> =>
    compareMetrics(
      [series('loss', curve(3)), series('lr', curve(1))],
      [series('loss', reproduced), series('lr', curve(1))],
      {
        probes: noiseOfReproductions(executions(count), { volatile: noVolatilePatterns }),
        reproductions: count,
      },
    );

  it('is as good as that of probes, and the sentence says where it is from', () => {
    assert.deepEqual(
      [2, 3].map(count => judge(curve(4), count)[0]?.verdict.sentence),
      [
        'Within the noise of this machine (learnt from 2 reproductions). Band 0.021 at step 56, learnt through step 99.',
        'Within the noise of this machine (learnt from 3 reproductions). Band 0.021 at step 56, learnt through step 99.',
      ],
    );
    const [far] = judge(curve(4, 100, 0.05), 3);
    assert.deepEqual([far?.verdict.verdict, far?.verdict.toleranceFrom], ['diverged', 'noise-band']);
  });
  it('compares n executions n - 1 times, each as far apart as two of them are', () => {
    const sizes = Array.from({ length: 40 }, (_, at) => at).flatMap(round => {
      const some = Array.from({ length: 4 }, (_, at) => [series('loss', curve(1000 + 4 * round + at))]);
      return noiseOfReproductions(some, { volatile: noVolatilePatterns }).map(({ bands }) =>
        Number(bands[0]?.noise?.scale[0]?.size),
      );
    });
    assert.equal(sizes.length, 40 * 3);
    for (const place of [0, 1, 2]) {
      const own = sizes.filter((_, at) => at % 3 === place);
      const mean = own.reduce((sum, size) => sum + size / own.length, 0);
      assert.ok(Math.abs(mean / (Math.SQRT2 * 1e-3) - 1) < 0.25, `${place}: ${mean}`);
    }
  });
  it('is nothing where there are fewer than two, or all are identical', () => {
    const same = [1, 2, 3].map(() => [series('loss', curve(1))]);
    for (const none of [[], executions(1), same])
      assert.deepEqual(noiseOfReproductions(none, { volatile: noVolatilePatterns }), []);
  });
  it('keeps what the type of the data allows, and equal metrics equal', () => {
    const rounded = curve(1).map(value => value * (1 + 1e-9));
    const rows = compareMetrics([series('lr', curve(1))], [series('lr', rounded)], {
      probes: noiseOfReproductions(executions(3), { volatile: noVolatilePatterns }),
      reproductions: 3,
    });
    assert.equal(rows[0]?.verdict.verdict, 'within-tolerance');
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
      'Two runs through step 1 differ on this machine: loss from step 1 on, by at most a relative 0.25.',
    );
    const several = compareExecutions(
      [series('accuracy', [0.5, 0.5]), series('loss', [1, 2])],
      [series('accuracy', [0.5, 0.51]), series('loss', [1, 2.5])],
      { volatile: noVolatilePatterns },
    );
    assert.equal(
      probeSentence({ bands: several, identical: false, throughStep: 1, differingOutputs: [] }),
      'Two runs through step 1 differ on this machine: accuracy and 1 more from step 1 on, by at most a relative 0.25.',
    );
    const equal = compareExecutions([series('loss', [1, 2])], [series('loss', [1, 2])], {
      volatile: noVolatilePatterns,
    });
    assert.equal(
      probeSentence({ bands: equal, identical: true, throughStep: 200, differingOutputs: [] }),
      'Two runs through step 200 are identical on this machine.',
    );
    assert.equal(
      probeSentence({ bands: equal, identical: false, throughStep: 200, differingOutputs: ['m.pt'] }),
      'Two runs through step 200 differ on this machine: their metrics are identical, the bytes of m.pt are not.',
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
      assert.equal(counts['within-tolerance'] + counts.identical, 0, JSON.stringify(counts));
    });
  }
  for (const kind of [...noiseKinds, 'no seed'] as const)
    it(`take nothing for noise that is three times as large: ${kind}`, () => {
      const counts = countVerdicts({ ...asked, kind, repetitions: 10, change: { times: 3 } });
      assert.equal(counts['within-tolerance'] + counts.identical, 0, JSON.stringify(counts));
    });
  it('do not call diverged what a short probe did not meet', () => {
    const counts = countVerdicts({ ...asked, kind: 'lost updates', repetitions: 60, probeSteps: 20 });
    assert.ok(counts.diverged <= 2, JSON.stringify(counts));
  });
});
