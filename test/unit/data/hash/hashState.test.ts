import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeKnownHashes,
  encodeKnownHashes,
  type KnownHashes,
} from '../../../../src/data/hash/hashStateFile.ts';
import { recallHashes } from '../../../../src/data/hash/knownHashes.ts';
import { isSettledAt } from '../../../../src/data/hash/settledTime.ts';
import { statAt, statWidth } from '../../../../src/data/walk/fileColumns.ts';

interface Row {
  readonly path: string;
  readonly stats: readonly number[];
  readonly md5: Uint8Array;
  readonly settled: boolean;
}

const rowsArbitrary = fc.uniqueArray(
  fc.record({
    path: fc.string({ unit: 'grapheme', minLength: 1 }).filter(path => !path.includes('\0')),
    stats: fc.array(fc.double({ noNaN: true }), { minLength: statWidth, maxLength: statWidth }),
    md5: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    settled: fc.boolean(),
  }),
  { selector: row => row.path },
);

function known(rows: readonly Row[], listing?: string): KnownHashes {
  return {
    columns: {
      paths: rows.map(row => row.path),
      stats: Float64Array.from(rows.flatMap(row => row.stats)),
    },
    md5s: Uint8Array.from(rows.flatMap(row => [...row.md5])),
    settled: Uint8Array.from(rows, row => (row.settled ? 1 : 0)),
    ...(listing === undefined ? {} : { listing }),
  };
}

const row = (
  path: string,
  changes: Partial<Record<keyof typeof statAt, number>> = {},
  settled = true,
): Row => {
  const stats = [7, 1000.5, 2000.5, 10, 0o100644, 1];
  for (const [field, value] of Object.entries(changes)) stats[statAt[field as keyof typeof statAt]] = value;
  return { path, stats, md5: new Uint8Array(16).fill(path.charCodeAt(0)), settled };
};

describe('what is known of hashes', () => {
  it('comes back from its bytes', () => {
    fc.assert(
      fc.property(
        rowsArbitrary,
        fc.option(fc.constant('d751713988987e9331980363e24189ce.dir')),
        (rows, listing) => {
          const before = known(rows, listing ?? undefined);
          const after = decodeKnownHashes(encodeKnownHashes(before));
          assert.ok(after);
          assert.deepEqual(after.columns.paths, before.columns.paths);
          assert.deepEqual([...after.columns.stats], [...before.columns.stats]);
          assert.deepEqual([...after.md5s], [...before.md5s]);
          assert.deepEqual([...after.settled], [...before.settled]);
          assert.equal(after.listing, before.listing);
        },
      ),
    );
  });

  it('is nothing once a byte is wrong, or some are missing', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.nat(), fc.integer({ min: 1, max: 255 }), (rows, at, flip) => {
        const bytes = encodeKnownHashes(known(rows));
        const place = at % bytes.length;
        assert.equal(decodeKnownHashes(bytes.subarray(0, place)), undefined);
        bytes[place] = (bytes[place] ?? 0) ^ flip;
        assert.equal(decodeKnownHashes(bytes), undefined);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        assert.equal(decodeKnownHashes(Buffer.from(bytes)), undefined);
      }),
    );
  });

  it('serves whole where nothing changed, the listing with it', () => {
    const rows = [row('a'), row('b')];
    const recalled = recallHashes(known(rows).columns, known(rows, 'x.dir'));
    assert.deepEqual(
      { ...recalled, md5s: [...recalled.md5s], settled: [...recalled.settled] },
      {
        md5s: [...known(rows).md5s],
        settled: [1, 1],
        unknown: [],
        relinked: [],
        listing: 'x.dir',
      },
    );
  });

  const cases: readonly (readonly [string, Row, Row, 'same' | 'unknown' | 'relinked'])[] = [
    ['another inode', row('b'), row('b', { inode: 8 }), 'unknown'],
    ['another time of content', row('b'), row('b', { modified: 1000.75 }), 'unknown'],
    ['another size', row('b'), row('b', { size: 11 }), 'unknown'],
    ['another time of change', row('b'), row('b', { changed: 2001 }), 'unknown'],
    ['an earlier time: the clock went back', row('b'), row('b', { changed: 1999 }), 'unknown'],
    ['the same, but changed while it was hashed', row('b', {}, false), row('b'), 'unknown'],
    ['a new link to the same file', row('b'), row('b', { changed: 2001, links: 2 }), 'relinked'],
    ['a link less', row('b', { links: 2 }), row('b', { changed: 2001 }), 'relinked'],
    ['only the mode as it was read', row('b'), row('b', { mode: 0o100600 }), 'same'],
  ];
  for (const [name, before, now, expected] of cases)
    it(name, () => {
      for (const [extraBefore, extraNow] of [
        [[row('a')], [row('a')]],
        [[], [row('a')]],
        [[row('a')], []],
      ] as const) {
        const rows = [...extraNow, now];
        const recalled = recallHashes(known(rows).columns, known([...extraBefore, before]));
        const index = rows.length - 1;
        assert.equal(recalled.unknown.includes(index), expected === 'unknown');
        assert.equal(recalled.relinked.includes(index), expected === 'relinked');
        const md5 = [...recalled.md5s.subarray(index * 16)];
        assert.equal(md5[0], expected === 'unknown' ? 0 : 'b'.charCodeAt(0));
      }
    });

  it('is believed only of files that had been left alone for a tick of their clock', () => {
    assert.equal(isSettledAt(1_000_000_000_000.5, 1_000_000_000_010), false);
    assert.equal(isSettledAt(1_000_000_000_000.5, 1_000_000_000_100), true);
    // Whole seconds: a file system that counts no finer.
    assert.equal(isSettledAt(1_000_000_000_000, 1_000_000_001_500), false);
    assert.equal(isSettledAt(1_000_000_000_000, 1_000_000_003_000), true);
    // The file's time is ahead of the clock.
    assert.equal(isSettledAt(1_000_000_500_000.5, 1_000_000_000_000), false);
  });
});
