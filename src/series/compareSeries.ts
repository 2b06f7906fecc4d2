/**
 * Lays the points of a reproduction beside those of the original, step by step. Used while the reproduction is still
 * running, so a step that only one side has yet is not a difference here; the verdict decides about those.
 */
import { orderByX } from './orderByX.ts';
import { relativeDifference } from './relativeDifference.ts';

export interface SeriesPoints {
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

export interface FirstDifference {
  readonly step: number;
  readonly original: number;
  readonly now: number;
  readonly relative: number;
}

export interface SeriesComparison {
  /** Steps that both have, ascending; a step that comes n times on both sides is here n times. */
  readonly steps: Float64Array;
  /** Relative difference at each of `steps`: 0 where equal, Infinity where it cannot be told as a ratio. */
  readonly relative: Float64Array;
  readonly first: FirstDifference | undefined;
  /** The last step up to which all common points are equal; undefined when already the first differs. */
  readonly identicalThrough: number | undefined;
  readonly maxRelative: number;
}

/** Compares two series by step. */
export function compareSeries(original: SeriesPoints, now: SeriesPoints): SeriesComparison {
  const a = orderByX(original.steps, original.values);
  const b = orderByX(now.steps, now.values);
  const steps: number[] = [];
  const relative: number[] = [];
  let first: FirstDifference | undefined;
  let identicalThrough: number | undefined;
  let maxRelative = 0;
  for (let i = 0, j = 0; i < a.xs.length && j < b.xs.length;) {
    const stepA = a.xs[i] ?? NaN;
    const stepB = b.xs[j] ?? NaN;
    if (stepA < stepB) i++;
    else if (stepB < stepA) j++;
    else {
      const difference = relativeDifference(a.ys[i] ?? NaN, b.ys[j] ?? NaN);
      steps.push(stepA);
      relative.push(difference);
      if (difference > 0)
        first ??= { step: stepA, original: a.ys[i] ?? NaN, now: b.ys[j] ?? NaN, relative: difference };
      else if (first === undefined) identicalThrough = stepA;
      maxRelative = Math.max(maxRelative, difference);
      i++;
      j++;
    }
  }
  // A step that repeats and differs in a later repetition is not identical through that step.
  if (first !== undefined && identicalThrough === first.step)
    identicalThrough = steps.findLast(s => s < first.step);
  return {
    steps: Float64Array.from(steps),
    relative: Float64Array.from(relative),
    first,
    identicalThrough,
    maxRelative,
  };
}
