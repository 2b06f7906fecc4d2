import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { emitYaml } from '../../../../src/data/yaml/emitYaml.ts';
import type { DumperEra } from '../../../../src/data/yaml/emitScalar.ts';
import { readYaml } from '../../../../src/data/yaml/readYaml.ts';

const golden = join(import.meta.dirname, '../../../fixtures/dvc/names/dvc-add-single-file.json');
const eras: readonly DumperEra[] = ['old', 'middle', 'new'];

describe('emitYaml', () => {
  it('writes each of the 67 names that dvc was given as dvc did', () => {
    const files = Object.entries(JSON.parse(readFileSync(golden, 'utf8')) as Record<string, string>);
    assert.equal(files.length, 67);
    for (const [name, text] of files) {
      const [, md5 = '', size] = /md5: (\S+)\n {2}size: (\d+)/.exec(text) ?? [];
      const written = emitYaml({ outs: [{ md5, size: Number(size), hash: 'md5', path: name }] }, 'new');
      assert.equal(written, text, JSON.stringify(name));
    }
  });

  // Made by ruamel.yaml 0.17.21, 0.18.10 and 0.19.1.
  const long = 'python src/evaluate.py model.pkl data/features scores.json prc.json roc.json';
  const oneWord = 'x'.repeat(100);
  const quotes = `it's ${'word '.repeat(18)}"end"\n`;
  const quotesEnd = 'word word word word \\"end\\"\\n"';
  const folds: readonly (readonly [string, DumperEra, string, string])[] = [
    ['a command of 82 columns', 'old', long, ` ${long}`],
    ['a command of 82 columns', 'middle', long, ` ${long}`],
    ['a command of 82 columns', 'new', long, ` ${long.replace(' roc.json', ' \n      roc.json')}`],
    ['a word longer than a line', 'old', oneWord, ` ${oneWord}`],
    ['a word longer than a line', 'middle', oneWord, ` \n      ${oneWord}`],
    ['a word longer than a line', 'new', oneWord, ` \n      ${oneWord}`],
    ['double quotes', 'old', quotes, ` "it's ${'word '.repeat(14).trimEnd()}\\\n      \\ ${quotesEnd}`],
    ['double quotes', 'new', quotes, ` "it's ${'word '.repeat(14).trimEnd()}\n      ${quotesEnd}`],
  ];
  for (const [what, era, text, written] of folds)
    it(`folds ${what} as the ${era} writer does`, () => {
      assert.equal(emitYaml({ stages: { a: { cmd: text } } }, era), `stages:\n  a:\n    cmd:${written}\n`);
    });

  it('writes nothing that is read as something else, in any era', () => {
    const letters = fc.constantFrom(
      ...Array.from(' \n\t\'"\\:#-?![]{},&*|>%@`~=<.019exé名😀\u2028\u0085\ufeff\u007fab'),
    );
    const texts = fc.oneof(
      fc.string({ unit: letters, maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 20 }).filter(text => !/[\ud800-\udfff\ufffe\uffff]/.test(text)),
    );
    fc.assert(
      fc.property(texts, texts, fc.constantFrom(...eras), (text, other, era) => {
        const root = readYaml(emitYaml({ outs: [{ path: text }], cmd: [other, 'x'] }, era)).root;
        assert.deepEqual(strings(root), { outs: [{ path: text }], cmd: [other, 'x'] });
      }),
      { numRuns: 300 },
    );
  });
});

function strings(node: ReturnType<typeof readYaml>['root']): unknown {
  if (node?.kind === 'scalar') return node.text;
  if (node?.kind === 'list') return node.items.map(strings);
  if (node === undefined) return undefined;
  return Object.fromEntries([...node.entries].map(([key, value]) => [key, strings(value)]));
}
