import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noVolatilePatterns } from '../../../../src/reproduction/comparison/volatileNames.ts';
import { compareExecutions } from '../../../../src/reproduction/probe/compareExecutions.ts';
import type { RecordedProbe } from '../../../../src/reproduction/probe/readProbes.ts';
import { judgeReproduction } from '../../../../src/reproduction/verdict/judgeReproduction.ts';
import { captured } from '../../../../src/runs/known.ts';
import type { Plan } from '../../../../src/runs/plan.ts';
import type { Verdict } from '../../../../src/runs/verdict.ts';
import { normal, randomNumbers } from '../../../helpers/noisyTraining.ts';
import { originalId, recordedRun, reproductionId } from '../recordedRun.ts';

/** A program without a seed, whose values stay like the ones before: between 0 and 1, as far apart as they cover. */
function wandering(seed: number, points: number, shift = 0): number[] {
  const random = randomNumbers(seed);
  let value = random();
  return Array.from({ length: points }, () => (value = 0.9 * value + 0.1 * random()) + shift);
}

/** A training whose noise is small beside what it learns. */
function learning(seed: number, points: number, shift = 0): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: points }, (_, at) => 2 / (1 + at / 9) + 1e-3 * normal(random) + shift);
}

/** Nothing but noise. */
function unlike(seed: number, points: number, shift = 0): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: points }, () => random() + shift);
}

type Curve = typeof wandering;

function probeOf(curve: Curve, points: number): RecordedProbe {
  const [first, second] = [1, 2].map(seed => recordedRun({ loss: curve(seed, points) }).series);
  const bands = compareExecutions(first ?? [], second ?? [], { volatile: noVolatilePatterns });
  const facts = { identical: false, bands, differingOutputs: [], sentence: '' };
  const ids = { runId: originalId, reproductionIds: [reproductionId, originalId] };
  return { id: 'probe', probe: { schemaVersion: 1, at: '', host: 'vm', ...ids, ...facts } };
}

function judged(curve: Curve, through: number, shift: number, changed: Partial<Plan> = {}): Promise<Verdict> {
  const run = { sha256: 'd'.repeat(64) };
  return judgeReproduction(
    recordedRun({ ...run, loss: curve(3, 60) }),
    recordedRun({ ...run, loss: curve(4, 60, shift), plan: { id: reproductionId, ...changed } }),
    { probes: [probeOf(curve, through)], namedVariables: new Map([['SHIFT', 't.py']]) },
  );
}

const variable = (name: string): Partial<Plan> => ({ variables: { [name]: { value: '40' } } });

const table: readonly [string, Parameters<typeof judged>, string, RegExp][] = [
  [
    'a band that is wider than all that the metric covers',
    [wandering, 20, 0],
    'inconclusive',
    /^Inconclusive: loss differs by up to a relative \S+, and the probe through step 19 is too short to tell: the noise that it leaves open is wider than all that the metric covers, \S+ apart, band \S+ at step 0\.$/,
  ],
  [
    'noise that is wider than all that the metric covers',
    [unlike, 60, 0],
    'inconclusive',
    /^Inconclusive: loss differs by up to a relative \S+, and the noise of this program \(probe through step 59\) is wider than all that the metric covers, so that being within it says nothing, \S+ apart, band \S+ at step 0\.$/,
  ],
  [
    'a value that is far away',
    [wandering, 20, 40],
    'diverged',
    /^Diverged from step 0: loss differs by up to/,
  ],
  [
    'a variable of the program',
    [learning, 60, 0, variable('SHIFT')],
    'inconclusive',
    /^Inconclusive: loss differs by up to a relative \S+, as noise of this machine may \(probe through step 59, \S+ apart, band \S+ at step 0\), but what differs can explain it as well \(variable SHIFT, which t\.py names, is set only now\)\.$/,
  ],
  [
    'another value of a parameter',
    [learning, 60, 0, { parameters: { lr: { value: 0.2, source: 'argument', argvIndex: 3 } } }],
    'inconclusive',
    /can explain it as well \(lr 0\.1 → 0\.2\)\.$/,
  ],
  [
    'another seed',
    [learning, 60, 0, { seed: captured(8) }],
    'inconclusive',
    /can explain it as well \(seed 7 → 8\)\.$/,
  ],
  [
    'a variable that the code does not name',
    [learning, 60, 0, variable('OTHER')],
    'within-tolerance',
    /within the noise of this machine/,
  ],
  [
    'a variable that decides no numbers',
    [learning, 60, 0, variable('PIP_CERT')],
    'within-tolerance',
    /within the noise of this machine \(probe through step 59, \S+ apart, band \S+ at step \d+\)/,
  ],
  ['nothing', [learning, 60, 0], 'within-tolerance', /within the noise of this machine/],
];

describe('noise is no excuse for', () => {
  for (const [title, asked, word, sentence] of table)
    it(`${title}: ${word}`, async () => {
      const verdict = await judged(...asked);
      assert.match(verdict.sentence, sentence);
      assert.equal(verdict.verdict, word);
    });

  it('a metric that is further away than it covers, whatever a short probe has seen', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(wandering, learning, unlike),
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 3, max: 1e6, noNaN: true }),
        async (curve, through, shift) => {
          const { verdict } = await judged(curve, through, shift);
          assert.notEqual(verdict, 'within-tolerance');
        },
      ),
      { numRuns: 60 },
    ));
});
