import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mostTrials, searchCause } from '../../../../src/reproduction/cause/searchCause.ts';
import type { SearchResult, TrialOutcome } from '../../../../src/reproduction/cause/searchCause.ts';
import type { PlannedTrial, TrialChange } from '../../../../src/reproduction/cause/trialChange.ts';

function variable(name: string, weight = 50): PlannedTrial {
  return { ingredient: 'determinism', restored: name, change: { variables: { [name]: '1' } }, weight };
}

function packages(...names: string[]): PlannedTrial {
  const parts = names.map(name => ({
    ...{ ingredient: 'environment' as const, restored: name, change: { packages: [name] }, weight: 75 },
  }));
  return { ...variable('packages'), ingredient: 'environment', change: { packages: names }, parts };
}

function setBack({ variables = {}, packages: names = [] }: TrialChange): Set<string> {
  return new Set([...Object.keys(variables), ...names]);
}

/** A program whose curve joins when all of `culprits` are set back. */
function program(...culprits: string[]): (change: TrialChange) => TrialOutcome {
  return change => {
    const back = setBack(change);
    return { joins: culprits.every(name => back.has(name)), likeOther: back.size === 0 };
  };
}

async function search(
  trials: readonly PlannedTrial[],
  run: (change: TrialChange) => TrialOutcome,
  signal = new AbortController().signal,
): Promise<SearchResult & { made: number }> {
  let made = 0;
  const result = await searchCause({
    trials,
    signal,
    run: change => {
      made += 1;
      return Promise.resolve(run(change));
    },
  });
  return { ...result, made };
}

const names = (result: SearchResult): string[] => result.culprits.map(one => one.restored);

describe('searchCause', () => {
  it('stops at the first suspect that joins', async () => {
    const result = await search([variable('A'), variable('B'), variable('C')], program('B'));
    assert.deepEqual(names(result), ['B']);
    assert.deepEqual(
      result.trials.map(trial => [trial.restored, trial.joins]),
      [
        ['A', false],
        ['B', true],
      ],
    );
    assert.equal(result.deterministic, true);
  });

  it('says that a program is not deterministic whose control joins, or is like neither run', async () => {
    for (const outcome of [{ joins: true }, { joins: false, likeOther: false }]) {
      const result = await search([variable('A')], () => outcome);
      assert.equal(result.deterministic, false);
      assert.deepEqual([result.trials.length, result.culprits.length], [0, 0]);
    }
  });

  it('names what two runs with it are alike by, and without it are not', async () => {
    for (const alike of [true, false]) {
      const fixed = variable('HASHES');
      let made = 0;
      const result = await searchCause({
        trials: [variable('A')],
        fixing: [fixed],
        signal: new AbortController().signal,
        alike: (one, other) => alike && one === 'run 3' && other === 'run 4',
        run: () => {
          made += 1;
          return Promise.resolve({ reproductionId: `run ${made}`, joins: false, likeOther: false });
        },
      });
      assert.deepEqual([names(result), result.deterministic, made], [alike ? ['HASHES'] : [], false, 4]);
      assert.ok(made <= mostTrials([variable('A')], [fixed]));
    }
  });

  it('calls no program unlike itself whose controls equal each other', async () => {
    for (const joins of [true, false]) {
      let made = 0;
      const result = await searchCause({
        ...{ trials: [variable('A')], fixing: [variable('HASHES')], signal: new AbortController().signal },
        alike: () => true,
        run: change => {
          made += 1;
          const back = setBack(change).has('A');
          return Promise.resolve({ reproductionId: `${made}`, joins: joins || back, likeOther: false });
        },
      });
      assert.deepEqual([names(result), result.deterministic], [joins ? [] : ['A'], true]);
      assert.ok(made <= mostTrials([variable('A')], [variable('HASHES')]));
    }
  });

  it('tells nothing when the control cannot be made twice', async () => {
    const outcomes = [
      { reproductionId: '1', joins: true },
      { reproductionId: '2', problem: 'disk full' },
    ];
    const result = await searchCause({
      ...{ trials: [variable('A')], fixing: [variable('HASHES')], signal: new AbortController().signal },
      alike: () => true,
      run: () => Promise.resolve(outcomes.shift() ?? { joins: true }),
    });
    assert.deepEqual([result.control?.problem, result.deterministic], ['disk full', undefined]);
  });

  it('tells nothing when the control cannot be made', async () => {
    const result = await search([variable('A')], () => ({ problem: 'no Python' }));
    assert.deepEqual([result.control?.problem, result.trials.length], ['no Python', 0]);
  });

  it('goes on past a trial that cannot be made, and leaves it out of all together', async () => {
    const broken = variable('broken');
    const result = await search([broken, variable('A'), variable('B')], change =>
      setBack(change).has('broken') ? { problem: 'gone' } : program('A', 'B')(change),
    );
    assert.deepEqual(names(result), ['A', 'B']);
  });

  it('names one package of many by halves', async () => {
    const all = Array.from({ length: 16 }, (_, at) => `p${at}`);
    const result = await search([packages(...all)], program('p11'));
    assert.deepEqual(names(result), ['p11']);
    assert.ok(result.made <= 10, String(result.made));
  });

  it('names the smallest group where it takes two packages of different halves', async () => {
    const result = await search([packages('p0', 'p1', 'p2', 'p3')], program('p0', 'p3'));
    assert.deepEqual(names(result), ['packages']);
  });

  it('says that none joined', async () => {
    const result = await search([variable('A'), variable('B')], program('hidden'));
    assert.deepEqual([result.culprits.length, result.trials.length, result.deterministic], [0, 3, true]);
  });

  it('finds exactly what it takes, within the number of trials that was told', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 7 }),
        fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 4 }),
        async (count, chosen) => {
          const trials = Array.from({ length: count }, (_, at) => variable(`v${at}`));
          const culprits = chosen.filter(at => at < count).map(at => `v${at}`);
          const result = await search(trials, program(...(culprits.length === 0 ? ['hidden'] : culprits)));
          assert.deepEqual(names(result).sort(), culprits.sort());
          assert.ok(result.made <= mostTrials(trials), `${result.made} of ${mostTrials(trials)}`);
        },
      ),
    );
  });

  it('believes no trial that joins once, where noise may bring one close', async () => {
    const trials = [variable('A'), variable('B')];
    const made: (string | undefined)[] = [];
    const result = await searchCause({
      ...{ trials, twice: true, signal: new AbortController().signal },
      run: (change, restored) => {
        made.push(restored);
        // A comes close by luck, and does so once.
        const lucky = restored === 'A';
        return Promise.resolve({ joins: lucky || setBack(change).has('B'), apartAt: 3, reproductionId: 'x' });
      },
    });
    assert.deepEqual(names(result), ['B']);
    assert.deepEqual(made, [undefined, undefined, 'A', 'A, once more', 'B', 'B, once more']);
    assert.ok(made.length <= mostTrials(trials, [], true));
    assert.equal(result.trials[0]?.apartAt, 3);
  });

  it('makes the control twice where noise is allowed for, and tells nothing where the two come out otherwise', async () => {
    for (const [outcomes, expected] of [
      [[{ joins: true }, { joins: true }], { joins: true }],
      [[{ joins: true }, { joins: false }], { joins: false, unclear: true }],
      [[{ joins: false }, { joins: true }], { joins: false, unclear: true }],
      [[{ joins: false, unclear: true }, { joins: false }], { joins: false, unclear: true }],
    ] as const) {
      let made = 0;
      const result = await searchCause({
        ...{ trials: [variable('A')], twice: true, signal: new AbortController().signal },
        run: () => Promise.resolve(outcomes[made++] ?? { joins: true }),
      });
      assert.deepEqual([result.control, made, result.culprits.length], [expected, 2, 0]);
    }
  });

  it('keeps what was found when it is stopped', async () => {
    const stop = new AbortController();
    const result = await search(
      [variable('A'), variable('B')],
      change => {
        if (setBack(change).has('A')) stop.abort();
        return program('B')(change);
      },
      stop.signal,
    );
    assert.equal(result.cancelled, true);
    assert.deepEqual(
      result.trials.map(trial => trial.restored),
      ['A'],
    );
  });
});
