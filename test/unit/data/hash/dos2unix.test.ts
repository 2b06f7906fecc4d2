import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Dos2UnixHash, dos2unixPart } from '../../../../src/data/hash/dos2unix.ts';

describe('the hash of DVC 2', () => {
  it('has both variants that DVC 2 and DVC 3 made of one file', () => {
    // Text in the first MiB, then a part that is binary for DVC 3; hashed by both.
    const content = Buffer.concat([
      Buffer.from('hello world\r\n'.repeat(80_659) + '\r\n'),
      Buffer.alloc(600),
      Buffer.from('bin\r\n'.repeat(200)),
    ]);
    assert.deepEqual(hashes(content), {
      newer: '77b41b86792b06784b10fc8c53cdf0dd',
      older: 'b6b99b7dd28b99b1bd79071a2c00d57c',
    });
  });

  const rows: readonly (readonly [string, Buffer, Buffer])[] = [
    ['text loses its carriage returns', Buffer.from('a\r\nb\r\n'), Buffer.from('a\nb\n')],
    ['a lone carriage return stays', Buffer.from('a\rb\r\r\nc'), Buffer.from('a\rb\r\nc')],
    ['nothing is text', Buffer.alloc(0), Buffer.alloc(0)],
    ['a NUL makes it binary', Buffer.from('a\0\r\n'), Buffer.from('a\0\r\n')],
    ['30 % of odd bytes are text', Buffer.from('\x01\x01\x01aaaaa\r\n'), Buffer.from('\x01\x01\x01aaaaa\n')],
    ['more are not', Buffer.from('\x01\x01\x01\x01aaaa\r\n'), Buffer.from('\x01\x01\x01\x01aaaa\r\n')],
    [
      'only the first 512 bytes are asked',
      Buffer.concat([Buffer.alloc(512, 'a'), Buffer.from('\0\r\n')]),
      Buffer.concat([Buffer.alloc(512, 'a'), Buffer.from('\0\n')]),
    ],
  ];
  for (const [name, content, hashed] of rows)
    it(name, () => {
      const value = createHash('md5').update(hashed).digest('hex');
      assert.deepEqual(hashes(content), { newer: value, older: value });
    });

  it('leaves a CRLF across the border of two parts alone', () => {
    const content = Buffer.alloc(dos2unixPart + 10, 'a');
    content.write('\r\n', dos2unixPart - 1);
    const value = createHash('md5').update(content).digest('hex');
    assert.deepEqual(hashes(content), { newer: value, older: value });
  });

  it('is that of the content with LF, for text of one part', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\r\n', '\n', '\r', 'a', ' ', 'Z')), parts => {
        const text = parts.join('');
        const value = createHash('md5').update(text.replaceAll('\r\n', '\n')).digest('hex');
        assert.deepEqual(hashes(Buffer.from(text)), { newer: value, older: value });
      }),
    );
  });
});

function hashes(content: Buffer): { newer: string; older: string } {
  const both = new Dos2UnixHash();
  for (let at = 0; at < content.length; at += dos2unixPart)
    both.update(content.subarray(at, at + dos2unixPart));
  const { md5, olderMd5 } = both.digest();
  return { newer: md5.toString('hex'), older: olderMd5.toString('hex') };
}
