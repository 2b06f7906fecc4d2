import assert from 'node:assert/strict';
import fc from 'fast-check';
import { comparePackages, comparePython } from '../../../../src/environments/drift/comparePython.ts';
import { driftLine, driftLines, driftReport } from '../../../../src/environments/drift/driftReport.ts';
import type { LockedPackage, LockedPython } from '../../../../src/environments/environmentLock.ts';

const python = (packages: LockedPackage[], more: Partial<LockedPython> = {}): LockedPython => ({
  ...{ version: '3.11.7', implementation: 'cpython', manager: 'venv', platform: 'linux-x86_64' },
  packages,
  ...more,
});
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

describe('drift of a Python environment', () => {
  const table: readonly (readonly [
    LockedPackage | undefined,
    LockedPackage | undefined,
    string | undefined,
  ])[] = [
    [{ name: 'numpy', version: '1.26.4' }, { name: 'numpy', version: '1.26.4' }, undefined],
    [
      { name: 'numpy', version: '1.26.4' },
      { name: 'NumPy', version: '2.0.1' },
      'numpy 1.26.4 → 2.0.1, installed by hand',
    ],
    [{ name: 'a', version: '1' }, undefined, 'a 1 → (gone), removed by hand'],
    [undefined, { name: 'a', version: '1' }, 'a (not in the lock) → 1, installed by hand'],
    [
      undefined,
      { name: 'named', version: '2' },
      'named (not in the lock) → 2, as the project’s lock file says now',
    ],
    [
      { name: 'a', version: '1', contents: digest('a') },
      { name: 'a', version: '1', contents: digest('b') },
      'a 1 (aaaaaaaa) → 1 (bbbbbbbb), other files under the same version',
    ],
    [{ name: 'a', version: '1', contents: digest('a') }, { name: 'a', version: '1' }, undefined],
    [
      { name: 'a', version: '1' },
      { name: 'a', version: '1', url: 'file:./a', editable: true },
      'a 1 → 1, editable from file:./a, installed by hand',
    ],
    [
      { name: 'a', version: '1', url: 'https://x/a@1' },
      { name: 'a', version: '1', url: 'https://x/a@2' },
      'a 1 from https://x/a@1 → 1 from https://x/a@2, installed from elsewhere',
    ],
    [
      { name: 'a', version: '1', build: 'h1', url: 'https://c/1' },
      { name: 'a', version: '1', build: 'h2', url: 'https://c/1' },
      'a 1 h1 → 1 h2, another build',
    ],
    // Archives of the index are for making it again; what is installed has no say in them.
    [{ name: 'a', version: '1', hashes: [digest('a')] }, { name: 'a', version: '1' }, undefined],
  ];
  for (const [before, after, line] of table)
    it(line ?? `none between ${JSON.stringify(before)} and ${JSON.stringify(after)}`, () => {
      const items = comparePackages(
        before === undefined ? [] : [before],
        after === undefined ? [] : [after],
        new Set(['named==2']),
      );
      assert.deepEqual(items.map(driftLine), line === undefined ? [] : [line]);
    });

  it('begins with the interpreter; who installs has no weight', () => {
    const items = comparePython({
      locked: python([{ name: 'pip', version: '23' }]),
      now: python([{ name: 'pip', version: '24' }], {
        version: '3.12.1',
        platform: 'win-amd64',
        manager: 'uv',
      }),
    });
    assert.deepEqual(
      items.map(one => [one.name, one.weight]),
      [
        ['Python', 'must-match'],
        ['platform', 'must-match'],
        ['pip', 'informational'],
      ],
    );
    const told = items.slice(2);
    const report = driftReport({ lock: 'x', items: told, tiers: [] });
    assert.deepEqual([report.verdict, driftLines(report)], ['clean', []]);
    assert.equal(driftReport({ lock: 'x', items, tiers: [], problems: ['p'] }).verdict, 'drifted');
    assert.equal(driftReport({ lock: 'x', items: told, tiers: [], problems: ['p'] }).verdict, 'unknown');
  });

  it('is none between equal lists in any order, and is told from either side', () => {
    const name = fc.constantFrom('a', 'b', 'c-d', 'e.f', 'G_h');
    const list = fc.uniqueArray(
      fc.record({
        name,
        version: fc.constantFrom('1', '2'),
        contents: fc.constantFrom(digest('a'), digest('b')),
      }),
      { selector: one => one.name },
    );
    fc.assert(
      fc.property(list, list, (one, other) => {
        assert.deepEqual(comparePackages(one, one.toReversed()), []);
        const there = comparePackages(one, other);
        const back = comparePackages(other, one);
        assert.deepEqual(
          there.map(item => [item.name, item.locked, item.now]),
          back.map(item => [item.name, item.now, item.locked]),
        );
      }),
    );
  });
});
