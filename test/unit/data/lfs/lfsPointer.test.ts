import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lfsPointerText, readLfsPointer } from '../../../../src/data/lfs/lfsPointer.ts';

const oid = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const other = 'a'.repeat(64);
const version = 'version https://git-lfs.github.com/spec/v1\n';
const canonical = `${version}oid sha256:${oid}\nsize 12345\n`;

describe('readLfsPointer', () => {
  const pointers: readonly (readonly [string, string, boolean])[] = [
    ['as git-lfs writes it', canonical, true],
    ['without the last newline', canonical.trimEnd(), false],
    ['with CRLF', canonical.replaceAll('\n', '\r\n'), false],
    ['with an empty line', canonical.replace('\nsize', '\n\nsize'), false],
    [
      'of the years before 2015',
      canonical.replace('https://git-lfs.github.com/spec/v1', 'http://git-media.io/v/2'),
      false,
    ],
    ['with space around', `\n ${canonical} \n`, false],
  ];
  for (const [name, text, isCanonical] of pointers)
    it(`reads one ${name}`, () => {
      assert.deepEqual(readLfsPointer(Buffer.from(text)), {
        oid,
        size: 12345,
        extensions: [],
        canonical: isCanonical,
      });
    });

  it('reads extensions in their order', () => {
    const text = `${version}ext-0-foo sha256:${other}\next-1-bar sha256:${oid}\noid sha256:${oid}\nsize 1\n`;
    assert.deepEqual(readLfsPointer(Buffer.from(text))?.extensions, [
      { name: 'foo', priority: 0, oid: other },
      { name: 'bar', priority: 1, oid },
    ]);
    assert.equal(readLfsPointer(Buffer.from(text))?.canonical, true);
  });

  const others: readonly (readonly [string, string])[] = [
    ['an empty file', ''],
    ['text', 'hello\n'],
    ['another version', canonical.replace('spec/v1', 'spec/v9')],
    ['another hash', canonical.replace('sha256', 'sha512')],
    ['a short id', canonical.replace(oid, oid.slice(1))],
    ['an id in capitals', canonical.replace(oid, oid.toUpperCase())],
    ['a negative size', canonical.replace('12345', '-1')],
    ['a size that is no whole number', canonical.replace('12345', '1e3')],
    ['a size beyond what can be counted', canonical.replace('12345', '9'.repeat(16))],
    ['an order that is not the one', `${version}size 12345\noid sha256:${oid}\n`],
    ['a line too many', `${canonical}more lines\n`],
    ['an unknown key', canonical.replace('size', 'foo bar\nsize')],
    [
      'two extensions of one priority',
      canonical.replace('oid', `ext-0-a sha256:${other}\next-0-b sha256:${other}\noid`),
    ],
    ['content of 1024 bytes that begins as one', canonical.padEnd(1024, ' ')],
  ];
  for (const [name, text] of others)
    it(`takes ${name} for content`, () => {
      assert.equal(readLfsPointer(Buffer.from(text)), undefined);
    });

  const hex64 = fc.stringMatching(/^[0-9a-f]{64}$/);
  const extensions = fc
    .uniqueArray(fc.tuple(fc.nat(9), fc.stringMatching(/^\w{1,20}$/), hex64), {
      maxLength: 3,
      selector: ([priority]) => priority,
    })
    .map(list =>
      list
        .map(([priority, name, id]) => ({ priority, name, oid: id }))
        .sort((a, b) => a.priority - b.priority),
    );
  const anyPointer = fc.record({
    oid: hex64,
    size: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    extensions,
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(anyPointer, pointer => {
        assert.deepEqual(readLfsPointer(Buffer.from(lfsPointerText(pointer))), {
          ...pointer,
          canonical: true,
        });
      }),
    );
  });

  it('never throws, and calls canonical only what it would write itself', () => {
    const mutated = fc
      .tuple(
        anyPointer,
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(400),
      )
      .map(([pointer, changes, cut]) => {
        const bytes = Buffer.from(lfsPointerText(pointer));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return cut % 3 === 0 ? bytes.subarray(0, cut) : bytes;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 1100 })), bytes => {
        const read = readLfsPointer(bytes);
        if (read?.canonical === true && read.size > 0)
          assert.equal(lfsPointerText(read), Buffer.from(bytes).toString('latin1'));
      }),
      { numRuns: 2000 },
    );
  });
});
