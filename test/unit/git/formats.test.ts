import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bytePathOf, bytePathOfRecord, joinNul, recordedPath, splitNul } from '../../../src/git/bytePath.ts';
import { describeGaps } from '../../../src/git/gaps.ts';
import { remotesOf, withoutCredentials } from '../../../src/git/repositoryFacts.ts';
import { parseStatus } from '../../../src/git/statusOutput.ts';
import { readTreeObject, treeObject, type TreeEntry } from '../../../src/git/treeObject.ts';

/** One character a byte, no NUL. */
const bytePath = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map(bytes => Buffer.from(bytes).toString('latin1').replaceAll('\0', 'x'));

describe('paths as bytes', () => {
  it('come back from the record exactly, whatever they hold', () => {
    fc.assert(
      fc.property(bytePath, path => {
        const stored = JSON.parse(JSON.stringify(recordedPath(path))) as ReturnType<typeof recordedPath>;
        assert.equal(bytePathOfRecord(stored), path);
      }),
    );
  });

  it('are plain text in the record when they are text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        assert.deepEqual(recordedPath(bytePathOf(text)), { path: text });
      }),
    );
  });

  it('survive NUL-separated lists', () => {
    fc.assert(fc.property(fc.array(bytePath), paths => assert.deepEqual(splitNul(joinNul(paths)), paths)));
  });
});

describe('tree objects', () => {
  it('are read as they were written', () => {
    const entry = fc.record({
      mode: fc.constantFrom('100644', '100755', '40000', '120000'),
      name: bytePath.map(name => name.replaceAll('/', '_')),
      id: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(bytes => Buffer.from(bytes).toString('hex')),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: each => each.name }), entries => {
        const lines = (list: readonly TreeEntry[]): string[] =>
          list.map(({ mode, name, id }) => `${mode} ${name} ${id}`).sort();
        assert.deepEqual(lines(readTreeObject(treeObject(entries), 20)), lines(entries));
      }),
    );
  });
});

describe('remote URLs', () => {
  const cases: [string, string][] = [
    ['https://github.com/a/b.git', 'https://github.com/a/b.git'],
    ['https://user:token@github.com/a/b.git', 'https://github.com/a/b.git'],
    ['https://x-access-token:ghp_1@github.com/a/b', 'https://github.com/a/b'],
    ['https://ghp_1@github.com/a/b', 'https://github.com/a/b'],
    ['https://a@b:p@ss@host:8443/r?private_token=1#x', 'https://host:8443/r'],
    ['ssh://git:secret@host/r', 'ssh://git@host/r'],
    ['git@github.com:a/b.git', 'git@github.com:a/b.git'],
    ['/srv/git/a b.git', '/srv/git/a b.git'],
    ['file:///srv/a?b', 'file:///srv/a?b'],
    ['C:\\repositories\\a', 'C:\\repositories\\a'],
  ];
  for (const [url, expected] of cases)
    it(`${url} is recorded as ${expected}`, () => assert.equal(withoutCredentials(url), expected));

  it('are found whatever the remote is called', () => {
    const settings = new Map([
      ['remote.origin.url', 'https://u:p@host/r'],
      ['remote.with.dots.url', '/r'],
      ['remote.origin.pushurl', 'x'],
      ['url.x.insteadof', 'y'],
    ]);
    assert.deepEqual(remotesOf(settings), { origin: 'https://host/r', 'with.dots': '/r' });
  });
});

describe('git status output', () => {
  it('is read with every kind of entry', () => {
    const lines = [
      '# branch.oid 1234',
      '# branch.head feature/x',
      '1 .M N... 100644 100644 100644 aaaa aaaa with space',
      '1 D. N... 100644 000000 000000 aaaa 0000 staged away',
      '2 R. N... 100644 100644 100644 aaaa aaaa R100 new name',
      'old name',
      'u UU N... 100644 100644 100644 100644 aaaa bbbb cccc conflict',
      '? new\nline',
      '? nested/',
      '! ignored',
    ];
    assert.deepEqual(parseStatus(Buffer.from(`${lines.join('\0')}\0`)), {
      branch: 'feature/x',
      entries: [
        { path: 'with space', kind: 'tracked', onDisk: 'M' },
        { path: 'staged away', kind: 'tracked', onDisk: '.' },
        { path: 'new name', kind: 'tracked', onDisk: '.' },
        { path: 'conflict', kind: 'unmerged', onDisk: 'M' },
        { path: 'new\nline', kind: 'untracked', onDisk: 'A' },
        { path: 'nested/', kind: 'untracked', onDisk: 'A' },
      ],
    });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), bytes => void parseStatus(Buffer.from(bytes))));
  });
});

describe('what a snapshot lacks', () => {
  it('is said in one sentence, and nothing when all bytes are held', () => {
    assert.equal(describeGaps([{ path: 'a', reason: 'filtered', blob: '12' }]), undefined);
    assert.equal(
      describeGaps([{ path: 'a.bin', reason: 'over-limit' }]),
      'Not held: a.bin (over the size limit, not hashed before the start).',
    );
    assert.equal(
      describeGaps([{ path: 'a.bin', reason: 'over-limit', sha256: '12' }]),
      'Not held: a.bin (over the size limit).',
    );
    const many = ['a', 'b', 'c', 'd', 'e'].map(path => ({ path, reason: 'unreadable' }));
    assert.match(describeGaps(many) ?? '', /and 2 more\.$/);
  });
});
