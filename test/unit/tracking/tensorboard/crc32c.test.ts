import assert from 'node:assert/strict';
import fc from 'fast-check';
import { crc32c, maskedCrc32c } from '../../../../src/tracking/tensorboard/crc32c.ts';

function sum(bytes: Uint8Array): number {
  return crc32c(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length);
}

/** Bit by bit, as the definition has it. */
function slowSum(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('crc32c', () => {
  // RFC 3720, B.4, and the check value of the catalogue of parametrised CRC algorithms.
  for (const [what, bytes, wanted] of [
    ['nothing', [], 0],
    ['the digits 1 to 9', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Array.from({ length: 32 }, () => 0), 0x8a9136aa],
    ['32 bytes of ones', Array.from({ length: 32 }, () => 0xff), 0x62a8ab43],
    ['32 rising bytes', Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
    ['32 falling bytes', Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
  ] as const)
    it(`of ${what}`, () => {
      assert.equal(sum(Uint8Array.from(bytes)), wanted);
    });

  it('is the definition, for any bytes at any place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, before) => {
        const shifted = new Uint8Array(before + bytes.length + 3);
        shifted.set(bytes, before);
        const view = new DataView(shifted.buffer);
        const wanted = slowSum(bytes);
        assert.equal(crc32c(shifted, view, before, before + bytes.length), wanted);
        const masked = (BigInt(wanted >>> 15) | BigInt.asUintN(32, BigInt(wanted) << 17n)) + 0xa282ead8n;
        assert.equal(
          maskedCrc32c(shifted, view, before, before + bytes.length),
          Number(BigInt.asUintN(32, masked)),
        );
      }),
    );
  });
});
