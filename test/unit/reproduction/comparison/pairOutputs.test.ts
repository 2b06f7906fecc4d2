/** Outputs whose names hold the time of the run, or a random word. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FileUse } from '../../../../src/runs/captured.ts';
import { pairOutputs } from '../../../../src/reproduction/comparison/pairOutputs.ts';

const output = (path: string, sha256 = 'a'): FileUse => ({ path, sha256, how: 'seen' });

/** As `original = reproduced`. */
function paired(original: readonly FileUse[], reproduced: readonly FileUse[]): string[] {
  return pairOutputs(original, reproduced)
    .map(pair => `${pair.original?.path ?? ''} = ${pair.reproduced?.path ?? ''}`)
    .sort();
}

describe('outputs under other names', () => {
  const same: readonly (readonly [original: string, reproduced: string])[] = [
    ['outputs/2026-11-23/17-01-35/a.pt', 'outputs/2026-11-24/09-59-00/a.pt'],
    ['runs/Nov23_17-01-35_host/a.pt', 'runs/Dec01_00-00-00_host/a.pt'],
    ['20261123_170135.csv', '20261124_000000.csv'],
    ['a-2026-11-23T17:01:35.123456Z.json', 'a-2026-11-24T17:01:35.000001Z.json'],
    ['a-2026-11-23 17:01:35+01:00.json', 'a-2026-11-24 17:01:36+01:00.json'],
    ['exp_1764000000/a', 'exp_1764000123/a'],
    ['exp_1764000000.25/a', 'exp_1764000123.5/a'],
    ['1764000000123.bin', '1764000123456.bin'],
    ['model-3f2a91bc.pt', 'model-91bcd0e2.pt'],
    // No letter.
    ['model-2ee80a6c.pt', 'model-94859085.pt'],
    ['model-94859085.pt', 'model-2ee80a6c.pt'],
    ['outputs/2026-11-23/17-01-35/2ee80a6c.pt', 'outputs/2026-11-24/09-59-00/94859085.pt'],
    ['a/0f8fad5b-d9cb-469f-a165-70867728950e.pt', 'a/7c9e6679-7425-40de-944b-e07fc1f90ae7.pt'],
  ];
  for (const [original, reproduced] of same)
    it(`are one: ${original} and ${reproduced}`, () => {
      assert.deepEqual(paired([output(original)], [output(reproduced, 'b')]), [
        `${original} = ${reproduced}`,
      ]);
    });

  const other: readonly (readonly [original: string, reproduced: string])[] = [
    ['ckpt-100.pt', 'ckpt-200.pt'],
    ['ckpt-120000.pt', 'ckpt-130000.pt'],
    ['step_1000000/a', 'step_2000000/a'],
    ['fold1/a', 'fold2/a'],
    ['resnet50.pt', 'resnet18.pt'],
    ['lr0.001/a.pt', 'lr0.002/a.pt'],
    ['2026/a', '2027/a'],
    ['decade.pt', 'facade.pt'],
    ['run-94859085/ckpt-120000.pt', 'run-2ee80a6c/ckpt-130000.pt'],
    ['run-94859085.pt', 'run-94859086.pt'],
    ['m-100000.pt', 'm-face12a.pt'],
    ['plots/facade.png', 'plots/3f2a91.png'],
    ['outputs/2026-11-23/a.pt', 'outputs/2026-11-24/b.pt'],
  ];
  for (const [original, reproduced] of other)
    it(`are two: ${original} and ${reproduced}`, () => {
      assert.deepEqual(
        paired([output(original)], [output(reproduced)]),
        [` = ${reproduced}`, `${original} = `].sort(),
      );
    });

  it('go by their order where they are named after times', () => {
    assert.deepEqual(
      paired(
        [output('10-00-02/a', 'x'), output('10-00-01/a', 'y')],
        [output('11-00-01/a', 'y'), output('11-00-03/a', 'z')],
      ),
      ['10-00-01/a = 11-00-01/a', '10-00-02/a = 11-00-03/a'],
    );
    assert.deepEqual(
      paired([output('10-00-01/a', 'y')], [output('11-00-01/a', 'x'), output('11-00-03/a', 'y')]),
      [' = 11-00-01/a', '10-00-01/a = 11-00-03/a'],
    );
  });

  it('go by their content where several are named at random', () => {
    assert.deepEqual(
      paired([output('a1b2c3', 'x'), output('d4e5f6', 'y')], [output('0a9b8c', 'y'), output('7d6e5f', 'z')]),
      [' = 7d6e5f', 'a1b2c3 = ', 'd4e5f6 = 0a9b8c'],
    );
    assert.deepEqual(
      paired(
        [output('a1b2c3d4', 'x'), output('12345678', 'y')],
        [output('87654321', 'x'), output('aa11bb22', 'y')],
      ),
      ['12345678 = aa11bb22', 'a1b2c3d4 = 87654321'],
    );
  });

  it('stay with their own name first, and a missing one is nobody’s', () => {
    const gone: FileUse = { path: '10-00-01/a', how: 'declared', problem: 'missing' };
    assert.deepEqual(
      paired([output('10-00-01/a'), output('b')], [output('10-00-01/a'), output('10-00-02/a')]),
      [' = 10-00-02/a', '10-00-01/a = 10-00-01/a', 'b = '],
    );
    assert.deepEqual(paired([gone], [output('10-00-02/a')]), ['10-00-01/a = ', ' = 10-00-02/a'].sort());
  });

  it('are each in one pair, whatever they are called', () => {
    const path = fc.oneof(
      fc.string(),
      fc.constantFrom('10-00-01/a', '11-00-01/a', 'a1b2c3', 'd4e5f6', 'x-a1b2c3-1764000000'),
    );
    const outputs = fc.uniqueArray(fc.tuple(path, fc.constantFrom('a', 'b')), { selector: ([one]) => one });
    fc.assert(
      fc.property(outputs, outputs, (first, second) => {
        const pairs = pairOutputs(
          first.map(([name, hash]) => output(name, hash)),
          second.map(([name, hash]) => output(name, hash)),
        );
        const names = (side: 'original' | 'reproduced'): string[] =>
          pairs.flatMap(pair => pair[side]?.path ?? []).sort();
        assert.deepEqual(names('original'), first.map(([name]) => name).sort());
        assert.deepEqual(names('reproduced'), second.map(([name]) => name).sort());
        for (const { path: shown, original, reproduced } of pairs)
          assert.equal(shown, original?.path ?? reproduced?.path);
      }),
    );
  });
});
