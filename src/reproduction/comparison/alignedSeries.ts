/**
 * The points of two series of one metric, paired by step. Invariant: each point has at most one counterpart, of the same
 * step and the same occurrence of it.
 */
import type { SeriesPoints } from './compareMetric.ts';

const empty = new Float64Array();

export interface Aligned {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  readonly lastStep: number;
  /** The steps only grow, which is nearly always so: then two series are compared in one walk. */
  readonly growing: boolean;
}

export function align(series: SeriesPoints | undefined): Aligned {
  const steps = series?.steps ?? empty;
  let lastStep = -Infinity;
  let growing = true;
  for (const step of steps) {
    if (!(step > lastStep)) growing = false;
    lastStep = Math.max(lastStep, step);
  }
  return { steps, values: series?.values ?? empty, lastStep, growing };
}

/**
 * For each point of `from`, in order, the place of its counterpart in `to`: same step, same occurrence of it.
 * Undefined where there is none.
 */
export function* counterparts(from: Aligned, to: Aligned): Generator<number | undefined> {
  if (from.growing && to.growing) {
    let at = 0;
    for (const step of from.steps) {
      while (at < to.steps.length && (to.steps[at] ?? NaN) < step) at += 1;
      yield to.steps[at] === step ? at : undefined;
    }
    return;
  }
  const places = new Map<number | string, number>();
  const nameIn = occurrences();
  to.steps.forEach((step, at) => places.set(nameIn(step), at));
  const nameFrom = occurrences();
  for (const step of from.steps) yield places.get(nameFrom(step));
}

/** How far apart two values of a step are; undefined where none of them differ, or they differ by no number. */
export function differenceAt(first: Aligned, second: Aligned, step: number): number | undefined {
  let most = 0;
  let at = -1;
  for (const place of counterparts(first, second)) {
    at += 1;
    if (place === undefined || first.steps[at] !== step) continue;
    const apart = Math.abs((first.values[at] ?? NaN) - (second.values[place] ?? NaN));
    if (apart > most) most = apart;
  }
  return most > 0 && Number.isFinite(most) ? most : undefined;
}

/** Names each step by itself and how many times it has occurred before. NaN is a step like any other. */
function occurrences(): (step: number) => number | string {
  const seen = new Map<number, number>();
  return step => {
    const before = seen.get(step) ?? 0;
    seen.set(step, before + 1);
    return before === 0 ? step : `${step}:${before}`;
  };
}
