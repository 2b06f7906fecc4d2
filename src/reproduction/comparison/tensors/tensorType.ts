/**
 * What one element of a tensor is: how many bytes, how they are read, and how far two of them may be apart. Invariant:
 * a type that is not known here is never read as numbers; its bytes are compared, and count as exact.
 */
import { defaultTolerances } from '../tolerance.ts';
import type { Tolerance } from '../tolerance.ts';

export interface TensorType {
  /** The same in every format: `float32`, `complex64`; for what is not known as the file has it. */
  readonly name: string;
  /** Bytes of one number; a complex element has two of them. Undefined where the type is not known. */
  readonly numberBytes?: number;
  /** Numbers of an element. */
  readonly numbers: 1 | 2;
  readonly read?: (view: DataView, at: number, littleEndian: boolean) => number;
  readonly tolerance: Tolerance;
}

/** Whole numbers, and floating-point types of eight bits or less, which no rule names: exact. */
const exact = defaultTolerances.integer;

export const tensorTypes = {
  bool: known('bool', 1, (view, at) => view.getUint8(at), exact),
  int8: known('int8', 1, (view, at) => view.getInt8(at), exact),
  uint8: known('uint8', 1, (view, at) => view.getUint8(at), exact),
  int16: known('int16', 2, (view, at, little) => view.getInt16(at, little), exact),
  uint16: known('uint16', 2, (view, at, little) => view.getUint16(at, little), exact),
  int32: known('int32', 4, (view, at, little) => view.getInt32(at, little), exact),
  uint32: known('uint32', 4, (view, at, little) => view.getUint32(at, little), exact),
  int64: known('int64', 8, (view, at, little) => Number(view.getBigInt64(at, little)), exact),
  uint64: known('uint64', 8, (view, at, little) => Number(view.getBigUint64(at, little)), exact),
  float16: known(
    'float16',
    2,
    (view, at, little) => smallFloat(view.getUint16(at, little), 5, 10),
    defaultTolerances.float16,
  ),
  bfloat16: known('bfloat16', 2, bfloat16, defaultTolerances.bfloat16),
  float32: known('float32', 4, (view, at, little) => view.getFloat32(at, little), defaultTolerances.float32),
  float64: known('float64', 8, (view, at, little) => view.getFloat64(at, little), defaultTolerances.float64),
  complex64: {
    ...known('complex64', 4, (view, at, little) => view.getFloat32(at, little), defaultTolerances.float32),
    numbers: 2,
  },
  complex128: {
    ...known('complex128', 8, (view, at, little) => view.getFloat64(at, little), defaultTolerances.float64),
    numbers: 2,
  },
} as const satisfies Record<string, TensorType>;

/** A type whose bytes are only compared. */
export function opaqueType(name: string): TensorType {
  return { name, numbers: 1, tolerance: exact };
}

/** Bytes of one element, undefined where the type is not known. */
export function elementBytes({ numberBytes, numbers }: TensorType): number | undefined {
  return numberBytes === undefined ? undefined : numberBytes * numbers;
}

function known(
  name: string,
  numberBytes: number,
  read: NonNullable<TensorType['read']>,
  tolerance: Tolerance,
): TensorType {
  return { name, numberBytes, numbers: 1, read, tolerance };
}

/** The upper half of a float32. */
function bfloat16(view: DataView, at: number, littleEndian: boolean): number {
  scratch.setUint32(0, view.getUint16(at, littleEndian) << 16);
  return scratch.getFloat32(0);
}

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE 754 with so many bits of exponent and fraction. */
function smallFloat(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> (exponentBits + fractionBits) === 0 ? 1 : -1;
  const top = (1 << exponentBits) - 1;
  const exponent = (bits >> fractionBits) & top;
  const fraction = (bits & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  const bias = top >> 1;
  if (exponent === top) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}
