import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readYaml } from '../../../../src/data/yaml/readYaml.ts';

function complaint(text: string): string {
  const [problem] = readYaml(text).problems;
  return problem === undefined ? 'none' : `${problem.line}:${problem.column} ${problem.what}`;
}

describe('readYaml', () => {
  it('follows anchors and merge keys', () => {
    const { root } = readYaml('base: &b {x: 1, y: 2}\nmade:\n  <<: *b\n  y: 3\nlist: [*b]\n');
    assert.equal(root?.kind, 'map');
    const made = root.entries.get('made');
    assert.deepEqual(
      made?.kind === 'map' &&
        [...made.entries].map(([key, value]) => [key, value.kind === 'scalar' && value.text]),
      [
        ['y', '3'],
        ['x', '1'],
      ],
    );
  });

  const bomb =
    'a: &a [x,x,x,x,x,x,x,x,x,x]\n' +
    Array.from('bcdefghi')
      .map(
        (name, index) =>
          `${name}: &${name} [${Array(10)
            .fill(`*${'abcdefgh'[index] ?? ''}`)
            .join(',')}]\n`,
      )
      .join('');
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['a bomb of anchors', bomb, /anchors multiply the file beyond measure/],
    ['an anchor in itself', 'a: &a [*a]\n', /there is no anchor a before this/],
    ['an anchor that is not there', 'a: *b\n', /anchor/i],
    ['a key twice', 'outs: []\nouts: []\n', /2:1 .*unique/i],
    ['thousands of brackets', '['.repeat(100_000), /too many things inside each other/],
    ['thousands of dashes', `\n${'- '.repeat(100_000)}x`, /too many things inside each other/],
    ['a list as a key', '? [a]\n: b\n', /1:3 a key must be a text/],
    ['an open quote', 'a: "b\n', /quote/i],
  ];
  for (const [what, text, expected] of refused)
    it(`refuses ${what}`, () => {
      assert.match(complaint(text), expected);
    });

  it('never throws, whatever the text', () => {
    const parts = fc.constantFrom(
      'a: ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '<<: ',
      '\n',
      '\n  ',
      '"',
      "'",
      '|',
      '>',
      '#',
      'x',
      '? ',
      '!t ',
      '---',
      '\t',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), words => {
        for (const { line, column } of readYaml(words.join('')).problems) assert.ok(line >= 1 && column >= 1);
      }),
      { numRuns: 500 },
    );
  });
});
