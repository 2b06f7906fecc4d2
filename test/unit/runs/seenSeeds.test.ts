import assert from 'node:assert/strict';
import { hasFixedSeed, seedDifferences, seedLines, seedsByCall } from '../../../src/runs/seenSeeds.ts';
import type { Captured, SeenSeed } from '../../../src/runs/captured.ts';
import { unknown } from '../../../src/runs/known.ts';

function record(seeds: SeenSeed[] | undefined, programs = 1): Captured {
  return {
    ...{ schemaVersion: 1, hardware: unknown('x'), packages: unknown('x'), modules: unknown('x') },
    ...{ editable: [], inputs: [], ...(seeds === undefined ? {} : { seeds }) },
    pythons: Array.from({ length: programs }, () => ({ executable: 'python', version: '3.11.7' })),
  };
}

function at(call: string, value: string | null, line?: number): SeenSeed {
  return { call, value, ...(line === undefined ? {} : { file: 'train.py', line }) };
}

const more: SeenSeed = { call: 'random.seed', more: true };

describe('seeds that a program set', () => {
  it('are a line each call', () => {
    const captured = record([
      at('random.seed', '1', 3),
      at('jax.random.key', '2'),
      at('random.seed', null, 4),
      more,
    ]);
    assert.deepEqual(seedLines(captured), ['random.seed 1, at random, … (train.py:3)', 'jax.random.key 2']);
    assert.deepEqual(seedsByCall(captured)[0], ['random.seed', '1, at random, …']);
    assert.equal(hasFixedSeed(captured), true);
    assert.equal(hasFixedSeed(record([at('random.seed', null), more])), false);
    assert.equal(hasFixedSeed(record(undefined)), false);
  });

  it('differ by their values alone, and only where both runs were observed', () => {
    const table: [SeenSeed[] | undefined, SeenSeed[] | undefined, string[], number?][] = [
      [undefined, [at('random.seed', '1')], []],
      [[], [at('random.seed', '1', 2)], ['random.seed (not set) → 1 (train.py:2)']],
      [[at('random.seed', '1', 2)], [], ['random.seed 1 → (not set) (train.py:2)']],
      [[at('random.seed', '1', 2)], [at('random.seed', '1', 9)], []],
      [[at('random.seed', null, 2)], [at('random.seed', '1', 2)], ['random.seed at random → 1 (train.py:2)']],
      // Several programs write in no order.
      [[at('a.seed', '1'), at('a.seed', '2')], [at('a.seed', '2'), at('a.seed', '1')], [], 2],
      [[at('random.seed', '1'), more], [at('random.seed', '2'), more], ['random.seed 1 → 2']],
      [[at('random.seed', '1'), more], [at('random.seed', '2'), more], [], 2],
    ];
    for (const [before, after, lines, programs] of table)
      assert.deepEqual(seedDifferences(record(before, programs), record(after, programs)), lines);
  });

  it('are told apart where workers set them', () => {
    const worker = (value: string) => ({ ...at('random.seed', value, 4), worker: true });
    const [before, after] = [
      record([at('random.seed', '1', 2), worker('5')]),
      record([at('random.seed', '1', 2), worker('6')]),
    ];
    assert.deepEqual(seedDifferences(before, after), ['random.seed in a worker 5 → 6 (train.py:4)']);
    assert.deepEqual(seedLines(after), [
      'random.seed 1 (train.py:2)',
      'random.seed in a worker 6 (train.py:4)',
    ]);
  });
});
