/**
 * TensorProto, as far as summaries use it. Source of the format: tensorboard/compat/proto/{tensor,types}.proto.
 * Invariant: no more elements are read than asked for, whatever the shape claims.
 */
import type { WireReader } from '../protobuf/wireReader.ts';

export interface Tensor {
  readonly type: number;
  /** Sizes of the dimensions; empty for a single value. */
  readonly shape: readonly number[];
  /** In the order of the elements, the last repeated as often as the shape wants; empty for texts. */
  readonly numbers: readonly number[];
  /** Views of the message. */
  readonly texts: readonly Uint8Array[];
}

export const textType = 7;
const half = 19;
const bfloat16 = 14;
const mostDimensions = 16;

/** How one element lies in `tensor_content`, by type. */
const contentTypes: Readonly<
  Record<number, readonly [bytes: number, read: (view: DataView, at: number) => number]>
> = {
  1: [4, (view, at) => view.getFloat32(at, true)],
  2: [8, (view, at) => view.getFloat64(at, true)],
  3: [4, (view, at) => view.getInt32(at, true)],
  4: [1, (view, at) => view.getUint8(at)],
  5: [2, (view, at) => view.getInt16(at, true)],
  6: [1, (view, at) => view.getInt8(at)],
  9: [8, (view, at) => Number(view.getBigInt64(at, true))],
  10: [1, (view, at) => view.getUint8(at)],
  [bfloat16]: [2, (view, at) => floatOfBfloat16(view.getUint16(at, true))],
  17: [2, (view, at) => view.getUint16(at, true)],
  [half]: [2, (view, at) => floatOfHalf(view.getUint16(at, true))],
  22: [4, (view, at) => view.getUint32(at, true)],
  23: [8, (view, at) => Number(view.getBigUint64(at, true))],
};

/** @param most Elements at most. */
export function readTensor(message: WireReader, most: number): Tensor {
  let type = 0;
  const shape: number[] = [];
  let content: Uint8Array | undefined;
  const numbers: number[] = [];
  const texts: Uint8Array[] = [];
  while (message.next())
    switch (message.field) {
      case 1:
        type = message.int();
        break;
      case 2:
        readShape(message.message(), shape);
        break;
      case 4:
        content = message.bytes();
        break;
      case 5:
        message.numbers('float', numbers, most);
        break;
      case 6:
        message.numbers('double', numbers, most);
        break;
      case 8:
        if (texts.length < most) texts.push(message.bytes());
        break;
      case 7:
      case 10:
      case 11:
      case 13:
      case 16:
      case 17:
        message.numbers('int', numbers, most);
        break;
      default:
    }
  if (content !== undefined && content.length > 0)
    return { type, shape, numbers: numbersOfContent(type, content, most), texts };
  const floats =
    type === half ? numbers.map(floatOfHalf) : type === bfloat16 ? numbers.map(floatOfBfloat16) : numbers;
  return { type, shape, numbers: filled(floats, shape, most), texts };
}

function readShape(message: WireReader, into: number[]): void {
  while (message.next()) {
    if (message.field !== 2 || into.length >= mostDimensions) continue;
    const dimension = message.message();
    let size = 0;
    while (dimension.next()) if (dimension.field === 1) size = dimension.int();
    into.push(size);
  }
}

function numbersOfContent(type: number, content: Uint8Array, most: number): number[] {
  const [width, read] = contentTypes[type] ?? [];
  if (width === undefined || read === undefined) return [];
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Array.from({ length: Math.min(most, Math.floor(content.length / width)) }, (_, index) =>
    read(view, index * width),
  );
}

/** Equal elements at the end may be left out of the message. */
function filled(numbers: readonly number[], shape: readonly number[], most: number): readonly number[] {
  const last = numbers.at(-1);
  const wanted = Math.min(
    most,
    shape.reduce((product, size) => product * size, 1),
  );
  if (last === undefined || !(wanted > numbers.length)) return numbers;
  return [...numbers, ...Array.from({ length: wanted - numbers.length }, () => last)];
}

const bits = new DataView(new ArrayBuffer(4));

function floatOfBfloat16(value: number): number {
  bits.setUint32(0, value << 16);
  return bits.getFloat32(0);
}

/** IEEE 754 binary16. */
export function floatOfHalf(value: number): number {
  const sign = value & 0x8000 ? -1 : 1;
  const exponent = (value >> 10) & 0x1f;
  const fraction = value & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
