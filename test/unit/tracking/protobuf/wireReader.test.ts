import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WireReader, wireType } from '../../../../src/tracking/protobuf/wireReader.ts';
import { protobufMessage, varintBytes, type WireField } from '../../../helpers/protobufWriter.ts';

describe('WireReader', () => {
  for (const [hex, value] of [
    ['08 00', 0],
    ['08 01', 1],
    ['08 96 01', 150],
    ['08 ff ff ff ff 0f', 4_294_967_295],
    ['08 80 80 80 80 10', 4_294_967_296],
    ['08 ff ff ff ff ff ff ff 0f', Number.MAX_SAFE_INTEGER],
    ['08 ff ff ff ff ff ff ff ff ff 01', -1],
    ['08 80 80 80 80 80 80 80 80 80 01', -(2 ** 63)],
  ] as const)
    it(`reads the varint ${hex}`, () => {
      const reader = new WireReader(bytesOf(hex));
      assert.ok(reader.next());
      assert.equal(reader.field, 1);
      assert.equal(reader.int(), value);
      assert.equal(reader.next(), false);
      assert.equal(reader.damaged, false);
    });

  it('reads unsigned numbers above 2^63', () => {
    const reader = new WireReader(bytesOf('08 ff ff ff ff ff ff ff ff ff 01'));
    reader.next();
    assert.equal(reader.uint(), 2 ** 64);
  });

  it('reads every kind, passes over groups, and gives nothing of a kind that is not there', () => {
    const reader = new WireReader(
      protobufMessage([
        { field: 1, double: 0.1 },
        { field: 2, float: 0.1 },
        { field: 3, group: [{ field: 4, group: [{ field: 5, bytes: 'x' }] }] },
        { field: 6, bytes: 'lösung' },
        { field: 536_870_911, message: [{ field: 1, varint: -7 }] },
      ]),
    );
    const seen: unknown[] = [];
    while (reader.next()) {
      const inner = reader.message();
      inner.next();
      seen.push([reader.field, reader.double(), reader.float(), reader.int(), reader.text(), inner.int()]);
    }
    const none = Number.NaN;
    assert.deepEqual(seen, [
      [1, 0.1, none, 0, '', 0],
      [2, none, Math.fround(0.1), 0, '', 0],
      [6, none, none, 0, 'lösung', 0],
      [536_870_911, none, none, 0, '\b\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\u0001', -7],
    ]);
    assert.equal(reader.damaged, false);
  });

  it('reads repeated numbers, packed or one by one, up to a limit', () => {
    const packed = Buffer.concat([varintBytes(1), varintBytes(-1), varintBytes(300)]);
    const doubles = Buffer.alloc(16);
    doubles.writeDoubleLE(0.5, 8);
    const reader = new WireReader(
      protobufMessage([
        { field: 1, bytes: packed },
        { field: 1, varint: 4 },
        { field: 2, bytes: doubles },
        { field: 2, double: 2 },
        { field: 2, float: 3 },
      ]),
    );
    const ints: number[] = [];
    const floats: number[] = [];
    while (reader.next())
      if (reader.field === 1) reader.numbers('int', ints, 100);
      else reader.numbers('double', floats, 100);
    assert.deepEqual(ints, [1, -1, 300, 4]);
    assert.deepEqual(floats, [0, 0.5, 2]);

    const bounded: number[] = [];
    const again = new WireReader(protobufMessage([{ field: 1, bytes: packed }]));
    again.next();
    again.numbers('int', bounded, 2);
    assert.deepEqual(bounded, [1, -1]);
  });

  for (const [what, hex] of [
    ['a varint of eleven bytes', '08 ff ff ff ff ff ff ff ff ff ff 01'],
    ['a varint that breaks off', '08 ff'],
    ['a field without a value', '08'],
    ['bytes that are longer than the message', '12 05 61'],
    ['a length of 2^64 - 1', '12 ff ff ff ff ff ff ff ff ff 01'],
    ['eight bytes that are four', '09 00 00 00 00'],
    ['field number 0', '00 00'],
    ['an unknown kind', '0e'],
    ['an end of no group', '0c'],
    ['a group that does not end', '0b 08 01'],
    ['a group that another ends', '0b 14'],
    ['groups in groups without end', '0b '.repeat(5000).trim()],
  ] as const)
    it(`ends early at ${what}`, () => {
      const reader = new WireReader(Buffer.concat([bytesOf('08 07'), bytesOf(hex)]));
      assert.ok(reader.next());
      assert.equal(reader.int(), 7);
      while (reader.next());
      assert.equal(reader.damaged, true);
      assert.equal(reader.next(), false);
    });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const reader = new WireReader(bytes);
        let fields = 0;
        while (reader.next()) {
          fields++;
          reader.numbers(fields % 2 === 0 ? 'int' : 'float', [], 50);
          assert.ok(reader.size <= bytes.length);
          assert.equal(typeof reader.text(10), 'string');
          while (reader.message().next()) break;
        }
        assert.ok(fields <= bytes.length / 2);
      }),
    );
  });

  it('reads back what was written', () => {
    const field = fc.integer({ min: 1, max: 2 ** 29 - 1 });
    const written: fc.Arbitrary<WireField[]> = fc.array(
      fc.oneof(
        fc.record({ field, varint: fc.maxSafeInteger() }),
        fc.record({ field, double: fc.double() }),
        fc.record({ field, bytes: fc.uint8Array({ maxLength: 300 }) }),
      ),
    );
    fc.assert(
      fc.property(written, fields => {
        const reader = new WireReader(protobufMessage(fields));
        for (const wanted of fields) {
          assert.ok(reader.next());
          assert.equal(reader.field, wanted.field);
          if ('varint' in wanted) assert.equal(reader.int(), wanted.varint === 0 ? 0 : wanted.varint);
          else if ('double' in wanted) assert.ok(Object.is(reader.double(), wanted.double));
          else if ('bytes' in wanted)
            assert.deepEqual(Buffer.from(reader.bytes()), Buffer.from(wanted.bytes));
        }
        assert.equal(reader.next(), false);
        assert.equal(reader.damaged, false);
        assert.equal(reader.wire <= wireType.fixed32, true);
      }),
    );
  });
});

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}
