/**
 * CRC-32C (Castagnoli), the checksum of TFRecord files, eight bytes at a step ("slicing by 8"): a table look-up for
 * each byte, but no step waits for the one before within the eight.
 */
const polynomial = 0x82f63b78;
const tables = new Int32Array(8 * 256);
for (let index = 0; index < 256; index++) {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  tables[index] = value;
}
for (let index = 256; index < tables.length; index++) {
  const before = tables[index - 256] ?? 0;
  tables[index] = (before >>> 8) ^ (tables[before & 0xff] ?? 0);
}

/** Of `bytes[from, to)`, masked as TFRecord files have it, unsigned. @param view Of the same bytes as `bytes`. */
export function maskedCrc32c(bytes: Uint8Array, view: DataView, from: number, to: number): number {
  const crc = crc32c(bytes, view, from, to);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Unsigned. */
export function crc32c(bytes: Uint8Array, view: DataView, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (const last = to - 8; at <= last; at += 8) {
    const low = view.getInt32(at, true) ^ crc;
    const high = view.getInt32(at + 4, true);
    crc =
      (tables[1792 + (low & 0xff)] ?? 0) ^
      (tables[1536 + ((low >>> 8) & 0xff)] ?? 0) ^
      (tables[1280 + ((low >>> 16) & 0xff)] ?? 0) ^
      (tables[1024 + (low >>> 24)] ?? 0) ^
      (tables[768 + (high & 0xff)] ?? 0) ^
      (tables[512 + ((high >>> 8) & 0xff)] ?? 0) ^
      (tables[256 + ((high >>> 16) & 0xff)] ?? 0) ^
      (tables[high >>> 24] ?? 0);
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ (tables[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}
