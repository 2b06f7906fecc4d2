import assert from 'node:assert/strict';
import { doubtfulVersions } from '../../../../src/environments/templates/doubtfulVersions.ts';

describe('a version that somebody chose for a template', () => {
  const cases: [version: string, specifier: string | undefined, doubts: RegExp[]][] = [
    ['2.9.1', undefined, []],
    ['2.9.1', '>=2.4', []],
    ['2.9.1', '==2.4.1', [/requirements\.txt asks for torch==2\.4\.1, which PyTorch 2\.9\.1 .* is not/]],
    ['9.9', undefined, [/PyTorch 9\.9 is not known here/]],
    ['9.9', '<3', [/not known/, /asks for torch<3/]],
  ];
  for (const [version, specifier, doubts] of cases)
    it(`${version} beside torch${specifier ?? ' that nobody asks for'}`, () => {
      const wanted = { name: 'torch', file: 'requirements.txt', optional: false };
      const packages = specifier === undefined ? [] : [{ ...wanted, specifier }];
      const found = doubtfulVersions('pytorch-cuda', { torchVersion: version }, { packages });
      assert.equal(found.length, doubts.length, found.join('\n'));
      for (const [at, doubt] of doubts.entries()) assert.match(found[at] ?? '', doubt);
    });

  it('is none in a template without a framework', () => {
    assert.deepEqual(doubtfulVersions('python-cpu', { pythonVersion: '3.12' }, { packages: [] }), []);
  });
});
