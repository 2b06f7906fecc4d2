/** What trials of a program go by that is not like itself. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareExecutions } from '../../../../src/reproduction/probe/compareExecutions.ts';
import {
  isNoisy,
  joinsWithinNoise,
  lastStepOfBoth,
  mayBeNoise,
  noiseOf,
  noiseRules,
  type KnownNoise,
} from '../../../../src/reproduction/cause/noiseRules.ts';
import { searchCause } from '../../../../src/reproduction/cause/searchCause.ts';
import type { PlannedTrial } from '../../../../src/reproduction/cause/trialChange.ts';
import type { KeyedSeries } from '../../../../src/reproduction/comparison/compareMetrics.ts';
import { noVolatilePatterns } from '../../../../src/reproduction/comparison/volatileNames.ts';
import { normal, randomNumbers } from '../../../helpers/noisyTraining.ts';

function series(key: string, values: readonly number[]): KeyedSeries {
  return { key, rank: null, steps: Float64Array.from(values.keys()), values: Float64Array.from(values) };
}

/** A falling loss with noise of one thousandth, and a rate that has none. */
function execution(seed: number, { points = 60, shift = 0, from = 0, rate = 0.1 } = {}): KeyedSeries[] {
  const random = randomNumbers(seed);
  const loss = Array.from(
    { length: points },
    (_, at) => 2 / (1 + at) + 1e-3 * normal(random) + (at >= from ? shift : 0),
  );
  return [
    series('loss', loss),
    series(
      'rate',
      loss.map(() => rate),
    ),
    series('time/step', loss.map(normalTime)),
  ];

  function normalTime(): number {
    return Math.abs(normal(random));
  }
}

function probe(first: readonly KeyedSeries[], second: readonly KeyedSeries[]): KnownNoise['probes'][number] {
  const bands = compareExecutions(first, second, { volatile: noVolatilePatterns });
  return { bands, identical: bands.filter(band => band.volatile !== true).every(band => band.identical) };
}

const known: KnownNoise = { probes: [probe(execution(1), execution(2))] };

describe('the noise that trials allow for', () => {
  it('is there where two executions differ in something that counts', () => {
    assert.equal(isNoisy(known), true);
    assert.equal(isNoisy({ probes: [] }), false);
    const equal = [series('loss', [1, 2])];
    assert.equal(isNoisy({ probes: [probe(equal, equal)] }), false);
    const times = (seed: number): KeyedSeries[] => [...equal, series('time/step', [seed, seed])];
    assert.equal(isNoisy({ probes: [probe(times(1), times(2))] }), false);
  });

  it('explains two runs of the same program, and leaves nothing to look for', () => {
    assert.equal(noiseRules(execution(3), execution(4), known), undefined);
  });

  it('leaves what is beyond it, from where it is, with a few points more', () => {
    const rules = noiseRules(execution(3), execution(4, { shift: 0.5, from: 20 }), known);
    assert.ok(rules);
    assert.deepEqual([...rules.keys], ['loss']);
    assert.deepEqual(rules.divergence, { key: 'loss', step: 20, shape: 'unclear' });
    assert.equal(rules.throughStep, 29);
    assert.deepEqual(noiseOf(rules), { probes: 1 });
    assert.deepEqual(noiseOf({ ...rules, known: { ...known, reproductions: 3 } }), { reproductions: 3 });
  });

  it('joins a trial that is like the original, whatever the noise, and none that is like the other run', () => {
    const both = { before: execution(3), after: execution(4, { shift: 0.5, from: 20 }) };
    const rules = noiseRules(both.before, both.after, known);
    assert.ok(rules);
    // Trials end where they can be told apart.
    assert.deepEqual(joinsWithinNoise(both, execution(5, { points: 30 }), rules), { joins: true });
    assert.deepEqual(joinsWithinNoise(both, execution(6, { points: 30, shift: 0.5, from: 20 }), rules), {
      joins: false,
      apartAt: 20,
    });
    assert.equal(joinsWithinNoise(both, execution(5, { points: 10 }), rules).joins, false);
    assert.equal(joinsWithinNoise(both, [], rules).joins, false);
  });

  it('takes a trial that is near both runs for neither', () => {
    const both = { before: execution(3), after: execution(4, { shift: 0.03 }) };
    const rules = noiseRules(both.before, both.after, known);
    assert.ok(rules);
    assert.deepEqual(joinsWithinNoise(both, execution(5, { shift: 0.015 }), rules), {
      joins: false,
      unclear: true,
    });
  });

  it('is none for a metric in which no execution differed', () => {
    const both = { before: execution(3), after: execution(4, { rate: 0.2 }) };
    const rules = noiseRules(both.before, both.after, known);
    assert.ok(rules);
    assert.deepEqual([[...rules.keys], rules.divergence.step], [['rate'], 0]);
    assert.equal(joinsWithinNoise(both, execution(5), rules).joins, true);
    assert.deepEqual(joinsWithinNoise(both, execution(5, { rate: 0.2 }), rules), {
      joins: false,
      apartAt: 0,
    });
    assert.equal(mayBeNoise(both.before, both.after, known), false);
  });

  it('is not called noise where no probe has reached', () => {
    const short = { probes: [probe(execution(1, { points: 20 }), execution(2, { points: 20 }))] };
    const [before, after] = [execution(3), execution(4, { shift: 1, from: 40 })];
    assert.equal(noiseRules(before, after, short), undefined);
    assert.equal(mayBeNoise(before, after, short), false);
    assert.equal(lastStepOfBoth(before, after), 59);
    assert.equal(mayBeNoise(before, execution(4), known), true);
  });

  it('names no innocent difference, however close the two runs are', async () => {
    const outcomes = { right: 0, wrong: 0, none: 0 };
    for (let round = 0; round < 150; round++) {
      const shift = (8 + (round % 20)) * 1e-3;
      let seed = 10_000 + round * 100;
      const both = { before: execution(seed++), after: execution(seed++, { shift }) };
      const probes = [probe(execution(seed++), execution(seed++))];
      const rules = noiseRules(both.before, both.after, { probes });
      if (rules === undefined) continue;
      const suspect = (name: string): PlannedTrial => ({
        ...{ ingredient: 'parameters', restored: name, weight: 90 },
        change: { parameters: { [name]: 1 } },
      });
      const result = await searchCause({
        trials: ['one', 'two', 'guilty'].map(suspect),
        twice: true,
        signal: new AbortController().signal,
        run: ({ parameters = {} }) => {
          const trial = execution(seed++, 'guilty' in parameters ? {} : { shift });
          return Promise.resolve(joinsWithinNoise(both, trial, rules));
        },
      });
      const names = result.culprits.map(({ restored }) => restored);
      outcomes[names.length === 0 ? 'none' : names.includes('guilty') ? 'right' : 'wrong'] += 1;
    }
    assert.equal(outcomes.wrong, 0, JSON.stringify(outcomes));
    assert.ok(outcomes.right > outcomes.none, JSON.stringify(outcomes));
  });

  it('yields to the tolerance that somebody chose', () => {
    const tolerances = [{ pattern: 'loss', tolerance: { rtol: 0, atol: 1 } }];
    assert.equal(noiseRules(execution(3), execution(4, { shift: 0.5 }), { ...known, tolerances }), undefined);
  });

  it('always leaves a trial apart that repeats the divergence itself', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 0, max: 59 }),
        fc.double({ min: 1e-4, max: 2, noNaN: true }),
        (seed, from, shift) => {
          const original = execution(seed);
          const other = execution(seed + 1, { shift, from });
          const rules = noiseRules(original, other, known);
          if (rules === undefined) return;
          assert.ok(rules.throughStep >= rules.divergence.step);
          assert.equal(joinsWithinNoise({ before: original, after: other }, other, rules).joins, false);
          assert.equal(joinsWithinNoise({ before: original, after: other }, original, rules).joins, true);
        },
      ),
    );
  });
});
