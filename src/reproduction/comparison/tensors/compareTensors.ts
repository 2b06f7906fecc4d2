/**
 * Two files of tensors, tensor by tensor: what the file around them says (times of a zip, order, metadata) does not
 * count. Invariant: equal means every element has the same bits; everything else is told with the largest difference.
 */
import { LockstepError } from '../../../base/lockstepError.ts';
import { tensorsUnreadable } from '../../errors.ts';
import { equalValues, withinTolerance } from '../tolerance.ts';
import { openTensorFile } from './tensorFile.ts';
import type { Tensor, TensorFormat, TensorSet } from './tensorFile.ts';
import { elementBytes } from './tensorType.ts';

export interface TensorComparison {
  readonly format: TensorFormat;
  readonly verdict: 'identical' | 'within-tolerance' | 'diverged';
  /** Tensors that both have, of the same type and shape. */
  readonly compared: number;
  /** Names of those that are not equal bit by bit, or that only one of the two has; in their order. */
  readonly differing: readonly string[];
  /** Of all elements, relative to the original's; to the greatest around where the original's is zero. */
  readonly maxRelativeDifference?: number;
  /** The tensor that it is in. */
  readonly furthest?: string;
  /**
   * How far what differs is from the original, its floating-point numbers taken as one vector: the length of the
   * difference by the original's length. Absent where there are none, or something in them is no number.
   */
  readonly distance?: number;
  /** Why it is not a matter of numbers: `fc.weight is float32 2×3 in the original, float16 2×3 now`. */
  readonly mismatch?: string;
}

/**
 * Undefined where not both are files of tensors of one format. Where one cannot be read, or is not what it claims to
 * be, the reason.
 * @param name What the two are called in the project: an ending tells where no content does.
 */
export async function compareTensors(
  original: string,
  reproduced: string,
  name: string,
): Promise<TensorComparison | { readonly problem: string } | undefined> {
  try {
    await using first = await openTensorFile(original, name);
    if (first === undefined) return undefined;
    await using second = await openTensorFile(reproduced, name);
    if (second?.format !== first.format) return undefined;
    return await compareSets(first, second);
  } catch (error) {
    if (error instanceof LockstepError) return { problem: error.message };
    throw error;
  }
}

async function compareSets(first: TensorSet, second: TensorSet): Promise<TensorComparison> {
  const names = [...new Set([...first.tensors.keys(), ...second.tensors.keys()])].sort();
  const differing: string[] = [];
  let compared = 0;
  let mismatch: string | undefined;
  let beyond = false;
  const length = { original: 0, difference: 0 };
  let furthest: { name: string; relative: number } | undefined;
  for (const name of names) {
    const before = first.tensors.get(name);
    const now = second.tensors.get(name);
    const reason = mismatchOf(name, before, now);
    if (reason !== undefined || before === undefined || now === undefined) {
      mismatch ??= reason;
      differing.push(name);
      continue;
    }
    compared += 1;
    const difference = await compareTensor(before, now);
    if (difference === undefined) continue;
    length.original += difference.squares?.original ?? 0;
    length.difference += difference.squares?.difference ?? 0;
    differing.push(name);
    beyond ||= difference.beyondTolerance;
    const { relative } = difference;
    if (relative !== undefined && (furthest === undefined || relative > furthest.relative))
      furthest = { name, relative };
  }
  const distance = Math.sqrt(length.difference / length.original);
  return {
    format: first.format,
    verdict:
      mismatch !== undefined || beyond ? 'diverged' : differing.length > 0 ? 'within-tolerance' : 'identical',
    compared,
    differing,
    ...(furthest === undefined ? {} : { maxRelativeDifference: furthest.relative, furthest: furthest.name }),
    ...(Number.isFinite(distance) ? { distance } : {}),
    ...(mismatch === undefined ? {} : { mismatch }),
  };
}

function mismatchOf(name: string, before: Tensor | undefined, now: Tensor | undefined): string | undefined {
  if (before === undefined) return `only the reproduction has ${name}`;
  if (now === undefined) return `only the original has ${name}`;
  const was = describe(before);
  const is = describe(now);
  return was === is ? undefined : `${name} is ${was} in the original, ${is} now`;
}

function describe({ type, shape, fortranOrder }: Tensor): string {
  const lengths = shape.length === 0 ? 'scalar' : shape.join('×');
  return `${type.name} ${lengths}${fortranOrder ? ' in Fortran order' : ''}`;
}

interface TensorDifference {
  readonly beyondTolerance: boolean;
  readonly relative?: number;
  /** Sums over the pieces that differ; absent where they are no floating-point numbers. */
  readonly squares?: { readonly original: number; readonly difference: number };
}

/** Of what is held at once. */
const pieceElements = 32 * 1024;

/** Undefined when every bit is equal. */
async function compareTensor(before: Tensor, now: Tensor): Promise<TensorDifference | undefined> {
  const bytes = elementBytes(before.type);
  // Pickled objects of two lengths cannot be equal.
  if (before.byteLength !== now.byteLength) return { beyondTolerance: true };
  const pieceBytes = pieceElements * (bytes ?? 1);
  const first = before.open();
  const second = now.open();
  const numbers = new NumberDifference(before, now);
  try {
    for (let at = 0; at < before.byteLength; at += pieceBytes) {
      const length = Math.min(pieceBytes, before.byteLength - at);
      const [was, is] = await Promise.all([first.read(length), second.read(length)]);
      if (before.littleEndian === now.littleEndian && was.equals(is)) continue;
      if (before.type.read === undefined) return { beyondTolerance: true };
      numbers.add(was, is);
    }
    // What follows would be hidden from whoever reads the file in the usual way, but it is a part of it.
    const [whole, wholeToo] = await Promise.all([first.atEnd(), second.atEnd()]);
    if (!whole || !wholeToo) throw tensorsUnreadable('it holds more than it says');
  } finally {
    first.close();
    second.close();
  }
  return numbers.result();
}

/** Collects what pieces of two tensors differ by. */
class NumberDifference {
  readonly #before: Tensor;
  readonly #now: Tensor;
  #differs = false;
  #beyond = false;
  #relative = 0;
  #overZero = 0;
  #greatest = 0;
  #originalSquares = 0;
  #squares = 0;

  constructor(before: Tensor, now: Tensor) {
    this.#before = before;
    this.#now = now;
  }

  add(was: Buffer, is: Buffer): void {
    const { read, numberBytes = 1, tolerance } = this.#before.type;
    if (read === undefined) return;
    const first = new DataView(was.buffer, was.byteOffset, was.length);
    const second = new DataView(is.buffer, is.byteOffset, is.length);
    for (let at = 0; at + numberBytes <= was.length; at += numberBytes) {
      const value = read(first, at, this.#before.littleEndian);
      const other = read(second, at, this.#now.littleEndian);
      if (Number.isFinite(value)) this.#greatest = Math.max(this.#greatest, Math.abs(value));
      this.#originalSquares += value * value;
      if (this.#sameBits(was, is, at, numberBytes)) continue;
      this.#differs = true;
      // Different bits of one value: two zeros, two NaN; for great whole numbers two values of one float64.
      if (equalValues(value, other)) {
        if (tolerance.rtol === 0) this.#beyond = true;
        continue;
      }
      if (!withinTolerance(value, other, tolerance)) this.#beyond = true;
      const absolute = Math.abs(value - other);
      this.#squares += absolute * absolute;
      if (Number.isNaN(absolute)) this.#relative = Infinity;
      else if (value === 0) this.#overZero = Math.max(this.#overZero, absolute);
      else this.#relative = Math.max(this.#relative, absolute / Math.abs(value));
    }
  }

  result(): TensorDifference | undefined {
    if (!this.#differs) return undefined;
    const overZero = this.#overZero === 0 ? 0 : this.#overZero / this.#greatest;
    const whole = this.#before.type.tolerance.rtol === 0;
    return {
      beyondTolerance: this.#beyond,
      relative: Math.max(this.#relative, overZero),
      ...(whole ? {} : { squares: { original: this.#originalSquares, difference: this.#squares } }),
    };
  }

  #sameBits(was: Buffer, is: Buffer, at: number, length: number): boolean {
    const mirrored = this.#before.littleEndian !== this.#now.littleEndian;
    for (let byte = 0; byte < length; byte += 1)
      if (was[at + byte] !== is[at + (mirrored ? length - 1 - byte : byte)]) return false;
    return true;
  }
}
