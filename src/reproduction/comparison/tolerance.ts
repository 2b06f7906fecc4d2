/**
 * How far two numbers may be apart and still count as the same computation. Invariant: NaN equals NaN, an infinity
 * equals only itself, and a tolerance is symmetric in nothing but these: it is relative to the original.
 */

/** |original - reproduced| <= atol + rtol * |original| */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

export const dataTypes = ['integer', 'float64', 'float32', 'bfloat16', 'float16'] as const;
export type DataType = (typeof dataTypes)[number];

/** What one operation in that type may differ by. Valid for the first steps of a training: differences grow. */
export const defaultTolerances: Readonly<Record<DataType, Tolerance>> = {
  integer: { rtol: 0, atol: 0 },
  float64: { rtol: 1e-7, atol: 0 },
  float32: { rtol: 1.3e-6, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
  float16: { rtol: 1.6e-2, atol: 1e-5 },
};

export function equalValues(original: number, reproduced: number): boolean {
  return original === reproduced || (Number.isNaN(original) && Number.isNaN(reproduced));
}

export function withinTolerance(original: number, reproduced: number, tolerance: Tolerance): boolean {
  if (equalValues(original, reproduced)) return true;
  if (!Number.isFinite(original) || !Number.isFinite(reproduced)) return false;
  return Math.abs(original - reproduced) <= tolerance.atol + tolerance.rtol * Math.abs(original);
}

/**
 * Whole numbers of which some are too large to be stored to the last digit where a program counts in integers: two that
 * are equal here may differ. With fractions among them it counts in doubles, and has no more digits itself.
 */
export function isBeyondExact(values: Float64Array): boolean {
  return (
    dataTypeOf(values) === 'integer' &&
    values.some(value => Number.isFinite(value) && !Number.isSafeInteger(value))
  );
}

/**
 * The type that values most likely came from: `integer` when all are whole, `float32` when all fit into one, else
 * `float64`. Sixteen-bit types are never guessed (an accuracy over 64 samples fits into them by chance): they are
 * said in `lockstep.yaml`.
 */
export function dataTypeOf(values: Float64Array): DataType {
  const finite = values.filter(value => Number.isFinite(value));
  if (finite.every(value => Number.isInteger(value))) return 'integer';
  return finite.every(value => Math.fround(value) === value) ? 'float32' : 'float64';
}

/**
 * How precisely values are stored: the number of decimals when none has more than six, else undefined (all bits).
 * So that "identical" can say to how many decimals. A single fraction tells nothing: 1.5 may be all there is to say.
 */
export function storedDecimals(values: Float64Array): number | undefined {
  let most = 0;
  let fractions = 0;
  for (const value of values) {
    if (!Number.isFinite(value) || Number.isInteger(value)) continue;
    fractions += 1;
    const decimals = decimalsOf(value);
    if (decimals > 6) return undefined;
    most = Math.max(most, decimals);
  }
  return fractions < 2 ? undefined : most;
}

function decimalsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = String(Math.abs(value)).split('e');
  const fraction = mantissa.split('.')[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent));
}
