import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchesGlob } from '../../../../src/reproduction/comparison/matchesGlob.ts';

describe('matchesGlob', () => {
  const table: [pattern: string, text: string, matches: boolean][] = [
    ['loss', 'loss', true],
    ['loss', 'val_loss', false],
    ['*loss', 'val_loss', true],
    ['LOSS', 'loss', true],
    ['loss', 'train/loss', true],
    ['train/*', 'train/loss', true],
    ['train/*', 'train/gpu/loss', false],
    ['train/**', 'train/gpu/loss', true],
    ['**/loss', 'loss', true],
    ['**/loss', 'a/b/loss', true],
    ['*.log', 'out/run.log', true],
    ['out/*.log', 'out/a/run.log', false],
    ['out/**/*.log', 'out/a/run.log', true],
    ['out/**/*.log', 'out/run.log', true],
    ['epoch_?', 'epoch_1', true],
    ['epoch_?', 'epoch_12', false],
    ['a.b', 'axb', false],
    ['(a|b)', '(a|b)', true],
    ['', '', true],
    ['🙂*', '🙂 happy', true],
  ];
  for (const [pattern, text, matches] of table)
    it(`${JSON.stringify(pattern)} ${matches ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, () => {
      assert.equal(matchesGlob(pattern, text), matches);
    });

  it('matches every text by itself when it holds no wildcard', () => {
    fc.assert(
      fc.property(
        fc.string().filter(text => !/[*?\\]/.test(text)),
        text => matchesGlob(text, text),
      ),
    );
  });

  it('answers a pattern made to blow up', () => {
    assert.equal(matchesGlob('*a'.repeat(40), 'a'.repeat(2000) + 'b'), false);
  });
});
