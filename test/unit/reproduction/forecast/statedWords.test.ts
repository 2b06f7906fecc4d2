/** A seed that was seen is found where somebody stated it, however it is written. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { statedWords, textWords, wordsOfSeed } from '../../../../src/reproduction/forecast/statedWords.ts';

describe('the words of a seed', () => {
  const table: readonly [string, string, boolean][] = [
    ['np.random.seed(42)', '42', true],
    ['torch.manual_seed(3_407)', '3407', true],
    ['SEED = 0xBEEF', '48879', true],
    ['SEED=1e6', '1000000', true],
    ['seed: 007', '7', true],
    ['random.seed(0.50)', '0.5', true],
    ['random.seed(-12)', '-12', true],
    ['rng = default_rng([1, 23])', '[1, 23]', true],
    ['rng = default_rng([1, 23])', '[1, 24]', false],
    ['x42 = 1420', '42', false],
    ['v1.42.0', '42', false],
    ["random.seed('fold one')", 'str of 8 characters, hash', false],
    ['anything', '<torch.Tensor>', false],
    ['anything 4', 'integer of 400 bits', false],
  ];
  for (const [text, seed, expected] of table)
    it(`${seed} in ${text}`, () => {
      const stated = new Set(statedWords(text));
      const words = wordsOfSeed(seed);
      assert.equal(words.length > 0 && words.every(word => stated.has(word)), expected);
    });

  it('hides a text as the hook does', () => {
    // As test/integration/capture/seenSeeds.test.ts has it of Python.
    assert.equal(textWords('x'.repeat(200))[0], 'str of 200 characters, hash b3e4b6e5');
  });

  it('finds every number that is written into any text', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 128n }),
        fc.string(),
        fc.constantFrom(10, 16),
        (seed, around, base) => {
          const written = base === 16 ? `0x${seed.toString(16)}` : seed.toString();
          assert.ok(statedWords(`${around} (${written}) ${around}`).includes(seed.toString()));
        },
      ),
    );
  });
});
