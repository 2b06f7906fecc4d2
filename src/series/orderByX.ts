/**
 * Brings points into ascending x, which decimation and hovering rely on. Scripts that restart their step count, or
 * resume from a checkpoint, go back in x: nothing is dropped then, points of equal x stay in the order of writing.
 */

export interface OrderedPoints {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** True when the points were not already ascending: the same x may come more than once. */
  readonly reordered: boolean;
}

/** The points with finite x, ascending. Returns the given arrays themselves when there is nothing to do. */
export function orderByX(xs: Float64Array, ys: Float64Array): OrderedPoints {
  if (isAscending(xs)) return { xs, ys, reordered: false };
  const order: number[] = [];
  for (let i = 0; i < xs.length; i++) if (Number.isFinite(xs[i])) order.push(i);
  // Array.prototype.sort is stable, so repeated steps keep their order in time.
  order.sort((a, b) => (xs[a] ?? 0) - (xs[b] ?? 0));
  const orderedXs = new Float64Array(order.length);
  const orderedYs = new Float64Array(order.length);
  order.forEach((from, to) => {
    orderedXs[to] = xs[from] ?? NaN;
    orderedYs[to] = ys[from] ?? NaN;
  });
  return { xs: orderedXs, ys: orderedYs, reordered: true };
}

function isAscending(xs: Float64Array): boolean {
  let previous = -Infinity;
  for (const x of xs) {
    if (!(x >= previous) || x === Infinity) return false;
    previous = x;
  }
  return xs.length === 0 || xs[0] !== -Infinity;
}
