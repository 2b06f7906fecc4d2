import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { blankTimes } from '../../../../src/reproduction/comparison/embeddedTimes.ts';

/** A zip file with one stored entry, written at a DOS time. */
function zipOf(name: string, content: string, time: number): Buffer {
  const body = Buffer.from(content);
  const label = Buffer.from(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt32LE(time, 10);
  local.writeUInt32LE(body.length, 18);
  local.writeUInt32LE(body.length, 22);
  local.writeUInt16LE(label.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt32LE(time, 12);
  central.writeUInt32LE(body.length, 20);
  central.writeUInt32LE(body.length, 24);
  central.writeUInt16LE(label.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + label.length, 12);
  end.writeUInt32LE(local.length + label.length + body.length, 16);
  return Buffer.concat([local, label, body, central, label, end]);
}

function gzipAt(content: string, time: number): Buffer {
  const bytes = gzipSync(content);
  bytes.writeUInt32LE(time, 4);
  return bytes;
}

/** One member, with its time in the header, and with digits after the point in a pax header, as Python writes it. */
function tarOf(name: string, content: string, time: number): Buffer {
  const entry = (kind: string, body: Buffer, member: string): Buffer => {
    const header = Buffer.alloc(512);
    header.write(member, 0);
    header.write('0000644\0', 100);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write(`${Math.trunc(time).toString(8).padStart(11, '0')}\0`, 136);
    header.write(' '.repeat(8), 148);
    header.write(kind, 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
  };
  const said = `mtime=${time}\n`;
  const times = Buffer.from(`${said.length + 3} ${said}14 comment=ok\n`);
  const members = [entry('x', times, 'PaxHeaders/a'), entry('0', Buffer.from(content), name)];
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}

describe('blankTimes', () => {
  const pairs: [title: string, first: Buffer, second: Buffer, equal: boolean][] = [
    ['gzip written at two times', gzipAt('weights', 1), gzipAt('weights', 2), true],
    ['gzip of two contents', gzipAt('weights', 1), gzipAt('Weights', 1), false],
    ['zip written at two times', zipOf('a.npy', 'abc', 5), zipOf('a.npy', 'abc', 9), true],
    ['zip of two contents', zipOf('a.npy', 'abc', 5), zipOf('a.npy', 'abd', 5), false],
    ['zip of two names', zipOf('a.npy', 'abc', 5), zipOf('b.npy', 'abc', 5), false],
    ['tar written at two times', tarOf('a', 'abc', 1700000000.25), tarOf('a', 'abc', 1800000000.123), true],
    ['tar of two contents', tarOf('a', 'abc', 5.5), tarOf('a', 'abd', 5.5), false],
    ['tar of two names', tarOf('a', 'abc', 5.5), tarOf('b', 'abc', 5.5), false],
    [
      'tar in gzip written at two times',
      gzipSync(tarOf('a', 'abc', 1700000000.25)),
      gzipSync(tarOf('a', 'abc', 1800000000.123)),
      true,
    ],
    [
      'tar in gzip of two contents',
      gzipSync(tarOf('a', 'abc', 5.5)),
      gzipSync(tarOf('a', 'abd', 5.5)),
      false,
    ],
    [
      'PDF with two dates',
      Buffer.from('%PDF-1.4 /CreationDate (D:2026) x'),
      Buffer.from('%PDF-1.4 /CreationDate (D:2027) x'),
      true,
    ],
    [
      'SVG with two dates',
      Buffer.from('<svg><dc:date>1</dc:date></svg>'),
      Buffer.from('<svg><dc:date>22</dc:date></svg>'),
      true,
    ],
  ];
  for (const [title, first, second, equal] of pairs)
    it(`${title}: ${equal ? 'equal' : 'different'}`, () => {
      const [a, b] = [blankTimes(first), blankTimes(second)];
      assert.ok(a !== undefined && b !== undefined);
      assert.equal(a.equals(b), equal);
    });

  it('knows nothing of times in plain text', () => {
    assert.equal(blankTimes(Buffer.from('2026-01-01 12:00')), undefined);
  });

  it('survives any bytes behind a known beginning', () => {
    const magic = fc.constantFrom('\x1f\x8b', 'PK\x03\x04', '%PDF-', '<svg>');
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        blankTimes(Buffer.concat([Buffer.from(start, 'latin1'), rest]));
      }),
    );
  });

  it('survives an archive cut anywhere, and takes it for none', () => {
    const whole = tarOf('a', 'abc', 5.5);
    for (let length = 0; length < whole.length - 1024; length += 7)
      assert.equal(blankTimes(whole.subarray(0, length)), undefined);
  });

  it('survives any bytes of an archive', () => {
    const whole = tarOf('a', 'abc', 5.5);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 40 }), (at, bytes) => {
        const damaged = Buffer.from(whole);
        damaged.set(bytes.subarray(0, whole.length - at), at);
        blankTimes(damaged);
      }),
    );
  });

  it('survives a zip file cut anywhere', () => {
    const whole = zipOf('a.npy', 'abc', 5);
    for (let length = 0; length < whole.length; length += 1) blankTimes(whole.subarray(0, length));
  });
});
