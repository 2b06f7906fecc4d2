import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumperEra } from '../../../../src/data/yaml/dumperEra.ts';
import { emitYaml } from '../../../../src/data/yaml/emitYaml.ts';

describe('dumperEra', () => {
  const long = `cp ${'part '.repeat(14)}with-a-longer-word end`;
  const lock = (era: 'old' | 'middle' | 'new'): string => emitYaml({ stages: { a: { cmd: long } } }, era);
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['no file', undefined, 'new'],
    ['nothing long', 'outs:\n- path: a\n', 'new'],
    ['a fold of today', lock('new'), 'new'],
    ['a line that was full only after its last word', lock('middle'), 'middle'],
    ['a long comment', `a: b c # ${'y '.repeat(60)}\n`, 'new'],
    ['long text in quotes, which all of them leave', `a: 'x ${'y'.repeat(100)}'\n`, 'new'],
  ];
  for (const [what, text, era] of cases)
    it(`takes ${what} for ${era}`, () => {
      assert.equal(dumperEra(text), era);
    });

  it('is that of the writer for the lock file of dvc 3.64', () => {
    const golden = readFileSync(join(import.meta.dirname, '../../../fixtures/dvc/pipeline/dvc.lock'), 'utf8');
    assert.equal(dumperEra(golden), 'new');
  });
});
