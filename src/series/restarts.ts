/**
 * A program that resumes from a checkpoint logs steps again that it had logged before. The stored series keeps every
 * point; here it is taken apart where the program went back, so that a chart shows the latest account, or each one as a
 * line of its own, and no zigzag. Pure.
 */
import type { StoredSeries } from './chartSeries.ts';

export const restartViews = ['latest', 'all'] as const;
/** `latest`: of steps that were logged again, only what was logged last. `all`: each part as a line. */
export type RestartView = (typeof restartViews)[number];

/** Who goes back more often counts something within each epoch, or logs from several processes: that is no restart. */
const mostRestarts = 20;

/**
 * The parts in the order of time, at least one; the series itself where there was no restart. The program went back
 * when a later point stands before both of the two last ones: writers that take turns, or log out of order, do not.
 */
export function splitAtRestarts(series: StoredSeries): readonly StoredSeries[] {
  const { steps, times } = series;
  if (!goesBack(steps)) return [series];
  const order = inOrderOfTime(times);
  const at = (place: number): number => order?.[place] ?? place;
  const starts = [0];
  for (let place = 2; place < steps.length; place++) {
    const [before, last, now] = [at(place - 2), at(place - 1), at(place)];
    const step = steps[now] ?? NaN;
    const later = (times[now] ?? NaN) > (times[last] ?? NaN);
    if (!later || !(step < (steps[last] ?? NaN)) || !(step < (steps[before] ?? NaN))) continue;
    starts.push(place);
    if (starts.length > mostRestarts + 1) return [series];
  }
  if (starts.length === 1) return [series];
  return starts.map((start, part) => {
    const end = starts[part + 1] ?? steps.length;
    return pick(
      series,
      Array.from({ length: end - start }, (_, i) => at(start + i)),
    );
  });
}

/** Leaves out what a later part logged again: every point at or after the first step of any later part. */
export function latestOf(parts: readonly StoredSeries[]): StoredSeries {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const kept: { readonly part: StoredSeries; readonly index: number }[][] = [];
  let limit = Infinity;
  for (const part of parts.toReversed()) {
    const indexes: { readonly part: StoredSeries; readonly index: number }[] = [];
    part.steps.forEach((step, index) => {
      if (!(step >= limit)) indexes.push({ part, index });
    });
    kept.unshift(indexes);
    limit = Math.min(
      limit,
      part.steps.reduce((least, step) => (step < least ? step : least), Infinity),
    );
  }
  const all = kept.flat();
  const column = (of: (part: StoredSeries) => Float64Array): Float64Array =>
    Float64Array.from(all, ({ part, index }) => of(part)[index] ?? NaN);
  return {
    steps: column(part => part.steps),
    times: column(part => part.times),
    values: column(part => part.values),
  };
}

function goesBack(steps: Float64Array): boolean {
  for (let i = 1; i < steps.length; i++) if ((steps[i] ?? NaN) < (steps[i - 1] ?? NaN)) return true;
  return false;
}

/** Places in the series by time; undefined where it is in that order already. Points of one moment stay as they came. */
function inOrderOfTime(times: Float64Array): Uint32Array | undefined {
  let ascending = true;
  for (let i = 1; i < times.length && ascending; i++)
    ascending = !((times[i] ?? NaN) < (times[i - 1] ?? NaN));
  if (ascending) return undefined;
  return Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
}

function pick({ steps, times, values }: StoredSeries, indexes: readonly number[]): StoredSeries {
  const column = (of: Float64Array): Float64Array => Float64Array.from(indexes, index => of[index] ?? NaN);
  return { steps: column(steps), times: column(times), values: column(values) };
}
