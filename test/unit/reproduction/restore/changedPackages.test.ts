import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Package } from '../../../../src/runs/captured.ts';
import { changedPackages } from '../../../../src/reproduction/restore/changedPackages.ts';

const numpy: Package = { name: 'numpy', version: '1.26.4', contents: `sha256:${'a'.repeat(64)}` };
const own: Package = { name: 'mylib', version: '1.0', editable: true, location: '/home/a/project/src' };

describe('packages that changed since', () => {
  const cases: [string, Package[], Package[], string[], string[]][] = [
    ['nothing', [numpy], [numpy], [], []],
    ['another version', [numpy], [{ ...numpy, version: '2.0.1' }], ['numpy 1.26.4 → 2.0.1'], []],
    ['gone', [numpy], [], ['numpy 1.26.4 → (not installed)'], []],
    ['one more', [], [numpy], [], ['numpy 1.26.4']],
    ['other files', [numpy], [{ ...numpy, contents: 'sha256:b' }], ['numpy 1.26.4 has other files'], []],
    ['files that one record does not tell', [numpy], [{ name: 'NumPy', version: '1.26.4' }], [], []],
    ['the repository itself, wherever it stands', [own], [], [], []],
    [
      'an editable install of another folder',
      [{ ...own, location: '/home/a/other' }],
      [],
      ['mylib 1.0 → (not installed)'],
      [],
    ],
  ];
  for (const [name, recorded, now, changed, added] of cases)
    it(name, () => assert.deepEqual(changedPackages(recorded, now, ['/home/a/project']), { changed, added }));

  it('never of a list beside itself, in whatever order', () => {
    const list = fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), version: fc.string() }),
      {
        selector: one => one.name,
      },
    );
    fc.assert(
      fc.property(list, packages =>
        assert.deepEqual(changedPackages(packages, packages.toReversed(), []), { changed: [], added: [] }),
      ),
    );
  });
});
