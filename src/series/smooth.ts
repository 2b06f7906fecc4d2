/**
 * Exponential moving average with the bias of its start removed, as TensorBoard draws it, so that curves look the
 * way people know them. Smoothing is for the eye: comparisons, tables and exports use the values themselves.
 */

/** No smoothing: the first look shows what was stored, and the slider is at hand. TensorBoard starts at 0.6. */
export const defaultSmoothing = 0;
export const maxSmoothing = 0.99;

/**
 * The smoothed values, same length. `weight` in [0, 1): 0 changes nothing. Values that are no finite number stay as
 * they are and are left out of the average; a constant series stays exactly what it is.
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  if (weight <= 0 || isConstant(values)) return values;
  const smoothed = new Float64Array(values.length);
  let average = 0;
  let bias = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    average = average * weight + (1 - weight) * value;
    bias *= weight;
    smoothed[i] = average / (1 - bias);
  }
  return smoothed;
}

function isConstant(values: Float64Array): boolean {
  const first = values[0];
  return values.every(value => value === first);
}
