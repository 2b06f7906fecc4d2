import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import { caseCollision } from '../../../../src/data/listing/caseCollision.ts';
import { comparePaths, sortPaths } from '../../../../src/data/listing/comparePaths.ts';
import { listingBytes, listingId } from '../../../../src/data/listing/listingBytes.ts';
import { parseListing } from '../../../../src/data/listing/parseListing.ts';
import { projectRoot } from '../../../../scripts/projectRoot.ts';

const golden = join(projectRoot, 'test', 'fixtures', 'dvc', 'dirs');
const md5 = 'd41d8cd98f00b204e9800998ecf8427e';

/** Names such as people and programs make, with what JSON, Python and UTF-16 treat in their own ways. */
const partArbitrary = fc
  .string({
    unit: fc.constantFrom(...'abcXYZ .-_"\\\n\t\u007fé中\ud83d\ude00\uffee'.split('')),
    minLength: 1,
  })
  .map(text => text.replaceAll(/\p{Surrogate}/gu, 'x'))
  .filter(part => !/^(?:\.{1,2}|\.git|\.hg|\.dvc)$/i.test(part));
const pathArbitrary = fc.array(partArbitrary, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'));
const listingArbitrary = fc
  .uniqueArray(fc.record({ relativePath: pathArbitrary, md5: fc.stringMatching(/^[0-9a-f]{32}$/) }), {
    selector: file => file.relativePath,
    maxLength: 40,
  })
  .map(files => {
    const folders = new Set(files.flatMap(file => parents(file.relativePath)));
    const kept = files.filter(file => !folders.has(file.relativePath));
    return { files: kept.map(file => ({ ...file })) };
  });

function parents(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

describe('the listing of a folder', () => {
  for (const name of readdirSync(golden).filter(found => found.endsWith('.dir')))
    it(`is read and written byte for byte as DVC wrote it: ${name}`, () => {
      const bytes = readFileSync(join(golden, name));
      const written = listingBytes(parseListing(bytes));
      assert.equal(written.toString('latin1'), bytes.toString('latin1'));
      assert.equal(listingId(written).value, /[0-9a-f]{32}\.dir$/.exec(name)?.[0]);
    });

  it('of an empty folder is the one that DVC knows', () => {
    assert.deepEqual(listingId(listingBytes({ files: [] })), {
      algorithm: 'md5',
      value: 'd751713988987e9331980363e24189ce.dir',
    });
  });

  it('comes back from its bytes, sorted, whatever the order was', () => {
    fc.assert(
      fc.property(listingArbitrary, fc.func(fc.integer()), ({ files }, shuffle) => {
        const shuffled = [...files].sort((one, other) => shuffle(one) - shuffle(other));
        const bytes = listingBytes({ files: shuffled });
        assert.ok(bytes.every(byte => byte < 0x7f));
        const read = parseListing(bytes);
        assert.deepEqual(
          read.files,
          [...files].sort((one, other) => byCodePoint(one.relativePath, other.relativePath)),
        );
        assert.deepEqual(listingBytes(read), bytes);
      }),
    );
  });

  it('is sorted as Python sorts, by code points, where JavaScript does otherwise', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), paths => {
        assert.deepEqual(sortPaths(paths), [...paths].sort(byCodePoint));
      }),
    );
    assert.ok(comparePaths('\uffee', '\u{1f600}') < 0);
  });

  const hostile: readonly (readonly [string, string])[] = [
    ['../outside', 'empty part'],
    ['a/../../b', 'empty part'],
    ['/etc/passwd', 'absolute'],
    ['a//b', 'empty part'],
    ['a/', 'empty part'],
    ['', 'empty part'],
    ['./a', 'empty part'],
    ['a/.', 'empty part'],
    ['.git/hooks/post-checkout', '.git'],
    ['sub/.GIT/config', '.GIT'],
    ['.dvc/config', '.dvc'],
    ['a\0b', 'NUL'],
    ['a'.repeat(5000), 'too long'],
    ['half \ud800', 'UTF-8'],
  ];
  for (const [path, why] of hostile)
    it(`is refused for ${JSON.stringify(path.slice(0, 30))}, by name`, () => {
      const bytes = Buffer.from(
        JSON.stringify([
          { md5, relpath: 'good' },
          { md5, relpath: path },
        ]),
      );
      assert.throws(
        () => parseListing(bytes),
        (error: unknown) =>
          error instanceof LockstepError &&
          error.code === 'listing-refused' &&
          error.message.includes(JSON.stringify(path)) &&
          error.message.includes(why),
      );
    });

  it('is refused on Windows for what means another path there, and taken elsewhere', () => {
    for (const relpath of ['a\\..\\b', 'C:evil', 'file:stream']) {
      const bytes = Buffer.from(JSON.stringify([{ md5, relpath }]));
      assert.equal(parseListing(bytes, { windows: false }).files.length, 1);
      assert.throws(() => parseListing(bytes, { windows: true }), { code: 'listing-refused' });
    }
  });

  it('is refused when it names a path twice, or one as a file and a folder', () => {
    const refuse = (...paths: string[]): void => {
      const bytes = Buffer.from(JSON.stringify(paths.map(relpath => ({ md5, relpath }))));
      assert.throws(() => parseListing(bytes), { code: 'listing-refused' });
    };
    refuse('a', 'b', 'a');
    refuse('a', 'a-b', 'a/b/c');
    refuse('x/a/b/c', 'x/a');
  });

  it('takes keys that old trees have, and is damaged without its own', () => {
    const entry = { md5, relpath: 'a', size: 3, isexec: true, etag: 'x' };
    assert.deepEqual(parseListing(Buffer.from(JSON.stringify([entry]))).files, [{ relativePath: 'a', md5 }]);
    for (const text of [
      '',
      '{}',
      '[1]',
      '[null]',
      '[{"relpath":"a"}]',
      `[{"md5":"${md5}"}]`,
      '[{"md5":"123","relpath":"a"}]',
      '[{"md5":1,"relpath":"a"}]',
      '\xff',
    ])
      assert.throws(() => parseListing(Buffer.from(text, 'latin1')), { code: 'listing-damaged' }, text);
  });

  it('never throws anything but its own errors for damaged bytes', () => {
    fc.assert(
      fc.property(
        listingArbitrary,
        fc.nat(),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat(8),
        (listing, at, put, drop) => {
          const bytes = listingBytes(listing);
          const place = at % (bytes.length + 1);
          const damaged = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + drop)]);
          try {
            for (const { relativePath } of parseListing(damaged).files)
              assert.ok(!relativePath.split('/').some(part => part === '..' || part === ''));
          } catch (error) {
            assert.ok(error instanceof LockstepError, String(error));
          }
        },
      ),
    );
  });
});

describe('paths that differ in upper and lower case alone', () => {
  const rows: readonly (readonly [readonly string[], readonly string[] | undefined])[] = [
    [['a', 'b/c', 'b/d'], undefined],
    [
      ['A.txt', 'a.txt'],
      ['A.txt', 'a.txt'],
    ],
    [
      ['Data/a', 'data/b'],
      ['Data', 'data'],
    ],
    [
      ['DATA', 'data/b'],
      ['DATA', 'data'],
    ],
    [
      ['\u00e9', 'e\u0301'],
      ['\u00e9', 'e\u0301'],
    ],
  ];
  for (const [paths, expected] of rows)
    it(paths.join(', '), () => {
      assert.deepEqual(
        caseCollision({ files: paths.map(relativePath => ({ relativePath, md5 })) }),
        expected,
      );
    });
});

/** Slow and plain. */
function byCodePoint(one: string, other: string): number {
  const [x, y] = [Array.from(one), Array.from(other)].map(text => text.map(unit => unit.codePointAt(0) ?? 0));
  if (x === undefined || y === undefined) return 0;
  for (let at = 0; at < Math.min(x.length, y.length); at += 1)
    if (x[at] !== y[at]) return (x[at] ?? 0) - (y[at] ?? 0);
  return x.length - y.length;
}
