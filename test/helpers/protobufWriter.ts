/** Writes Protocol Buffers messages for tests: the fields in the order they are given, nothing left out. */
export type WireField =
  | { readonly field: number; readonly varint: bigint | number }
  | { readonly field: number; readonly double: number }
  | { readonly field: number; readonly float: number }
  | { readonly field: number; readonly bytes: Uint8Array | string }
  | { readonly field: number; readonly message: readonly WireField[] }
  | { readonly field: number; readonly group: readonly WireField[] };

export function protobufMessage(fields: readonly WireField[]): Buffer {
  return Buffer.concat(fields.map(fieldBytes));
}

/** Two's complement of 64 bits, as int64 and int32 have it. */
export function varintBytes(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  while (left > 0x7fn) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  return Buffer.from([...bytes, Number(left)]);
}

function fieldBytes(field: WireField): Buffer {
  const head = (wire: number): Buffer => varintBytes(BigInt(field.field) * 8n + BigInt(wire));
  if ('varint' in field) return Buffer.concat([head(0), varintBytes(field.varint)]);
  if ('double' in field) {
    const value = Buffer.alloc(8);
    value.writeDoubleLE(field.double);
    return Buffer.concat([head(1), value]);
  }
  if ('float' in field) {
    const value = Buffer.alloc(4);
    value.writeFloatLE(field.float);
    return Buffer.concat([head(5), value]);
  }
  if ('group' in field) return Buffer.concat([head(3), protobufMessage(field.group), head(4)]);
  const content = 'message' in field ? protobufMessage(field.message) : Buffer.from(field.bytes);
  return Buffer.concat([head(2), varintBytes(content.length), content]);
}
