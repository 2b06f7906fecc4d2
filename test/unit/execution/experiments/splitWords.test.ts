import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatCommand } from '../../../../src/base/runCommand.ts';
import { splitWords } from '../../../../src/execution/experiments/splitWords.ts';

describe('splitWords', () => {
  const table: [text: string, words: string[]][] = [
    ['python train.py --lr 0.1', ['python', 'train.py', '--lr', '0.1']],
    ["a 'b c' d", ['a', 'b c', 'd']],
    ['a "b \\"c\\" $d" e', ['a', 'b "c" $d', 'e']],
    ['a\\ b', ['a b']],
    ["a ''", ['a', '']],
    ['a  \t\n b', ['a', 'b']],
    ['a \\\n b', ['a', 'b']],
    ['a #comment', ['a']],
    ['a#b', ['a#b']],
    ['python x.py ${lr}', ['python', 'x.py', '${lr}']],
  ];
  for (const [text, words] of table)
    it(JSON.stringify(text), () => {
      assert.deepEqual(splitWords(text), words);
    });

  for (const text of ["a 'b", 'a "b', 'a | b', 'a > b', 'a; b', 'a && b', 'a\\', '', '  ', '`a`', '(a)'])
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => splitWords(text), { code: 'command-unclear', kind: 'usage' });
    });

  it('reads back what a command is shown as', () => {
    const words = fc.array(
      fc.string().filter(word => !word.includes('\0')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, all => {
        assert.deepEqual(splitWords(formatCommand(all[0] ?? '', all.slice(1))), all);
      }),
    );
  });
});
