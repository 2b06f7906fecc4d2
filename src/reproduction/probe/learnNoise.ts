/**
 * What two identical executions differ by in one metric, as a model of few numbers: how large the differences are
 * along the steps, how long one of them stays like the one before, and how far the largest stands out. Invariant: only
 * what the two executions showed goes in; what it means for a third one is for noiseBand.ts to say.
 */
import type { NoiseBand } from '../../runs/determinismProbe.ts';

export type NoiseScale = NonNullable<NoiseBand['noise']>;

export interface StepDifference {
  readonly step: number;
  /** One execution minus the other. */
  readonly difference: number;
}

/** More blocks would follow growth closer and rest on fewer values each. */
const mostBlocks = 8;
const leastPointsOfBlock = 5;
/** Values that do not repeat one another, below which the spread of a block is a guess. */
export const enoughValues = 6;
/** Differences that grow by more than this are a trend, not a slow wave. */
const trend = 30;
/** Sizes are squared, divided and taken on; beyond these nothing is lost that anybody measures. */
const greatestSize = 1e150;
const leastSize = 1e-150;
/** So many equal points at the beginning are no matter of rounding: noise that begins later comes in events. */
export const equalBeginning = 5;
/** So many of the first differences say how large differences begin. */
const firstOnes = 8;

/** More points than this say nothing more about their size, and their correlations would take minutes to add up. */
const mostPoints = 4_000;

/** Of so many points one is learnt from. */
export function strideOf(points: number): number {
  return Math.max(1, Math.ceil(points / mostPoints));
}

/** Undefined when nothing differs, or a difference is no number: then there is nothing to learn. */
export function learnNoise(differences: readonly StepDifference[]): NoiseScale | undefined {
  const all = differences.toSorted((a, b) => a.step - b.step);
  const onset = all.findIndex(({ difference }) => difference !== 0);
  if (onset < 0 || !all.every(({ difference }) => Number.isFinite(difference))) return undefined;
  const points = all
    .slice(onset)
    .map(({ step, difference }) => ({ step, difference: computable(difference) }));
  const most = Math.max(1, Math.min(mostBlocks, Math.floor(points.length / leastPointsOfBlock)));
  const finest = fit(points, most, 'alone');
  // Growth by orders of magnitude is followed closely, on few values; else as many values as it takes stand together.
  const wider = [most, 4, 2, 1].filter((count, at) => at === 0 || count < most);
  const chosen =
    finest.spread > trend
      ? finest
      : lastOrFirst(
          wider.map(count => fit(points, count, 'with neighbours')),
          one => one.freedom >= enoughValues,
        );
  // Where differences began late, they began with this.
  const begin = rootMeanSquare(points.filter(isNonZero).slice(0, firstOnes));
  const { scale, correlation, freedom, largest } = chosen ?? finest;
  const before = onset === 0 ? [] : [{ step: all[onset - 1]?.step ?? 0, size: Math.max(leastSize, begin) }];
  return {
    scale: [...before, ...scale].map(knot => ({ ...knot })),
    ...{ correlation, freedom, largest, points: points.length },
    events: onset >= equalBeginning || jumps(points) || goesAway(points, most),
    beginnings: all.filter((one, at) => isNonZero(one) && all[at - 1]?.difference === 0).length,
  };
}

/** The largest so far grows by this at one point: growth takes more of them. */
const jump = 100;
/** Before, a difference may be small because two curves cross. */
const settled = 3;

function jumps(points: readonly StepDifference[]): boolean {
  let largest = 0;
  return points.some(({ difference }, at) => {
    const size = Math.abs(difference);
    const found = at >= settled && largest > 0 && size > jump * largest;
    largest = Math.max(largest, size);
    return found;
  });
}

/** What grows does not become smaller by orders of magnitude. */
function goesAway(points: readonly StepDifference[], blocks: number): boolean {
  const sizes = blocksOf(points, blocks).map(rootMeanSquare);
  let largest = 0;
  return sizes.some(size => {
    largest = Math.max(largest, size);
    return largest > trend * size;
  });
}

function blocksOf(points: readonly StepDifference[], count: number): StepDifference[][] {
  const border = (at: number): number => Math.round((at * points.length) / count);
  return Array.from({ length: count }, (_, at) => points.slice(border(at), border(at + 1)));
}

function computable(difference: number): number {
  const size = Math.min(greatestSize, Math.max(leastSize, Math.abs(difference)));
  return difference === 0 ? 0 : Math.sign(difference) * size;
}

/** The first that is good, else the last. */
function lastOrFirst<T>(all: readonly T[], isGood: (one: T) => boolean): T | undefined {
  return all.find(isGood) ?? all.at(-1);
}

interface Knot {
  readonly step: number;
  readonly size: number;
}

interface Fit {
  readonly scale: readonly Knot[];
  /** In points: of so many neighbours one counts. */
  readonly correlation: number;
  /** Values behind the size at one step that do not repeat one another, at least 1. */
  readonly freedom: number;
  /** Largest difference in units of the size at its step. */
  readonly largest: number;
  /** Greatest size by the smallest. */
  readonly spread: number;
}

/**
 * Sizes of so many blocks of points, set at the middle of each. `with neighbours` takes the worst of three blocks: a
 * wave that happens to cross zero is then not taken for silence.
 */
function fit(points: readonly StepDifference[], count: number, how: 'alone' | 'with neighbours'): Fit {
  const smallest = points
    .filter(isNonZero)
    .reduce((least, { difference }) => Math.min(least, Math.abs(difference)), Infinity);
  const blocks = blocksOf(points, count);
  const sizes = blocks.map(rootMeanSquare);
  const inner = blocks.map((block, at) => {
    const around = how === 'alone' ? 0 : Math.max(sizes[at - 1] ?? 0, sizes[at + 1] ?? 0);
    const [first, last] = [block[0]?.step ?? 0, block.at(-1)?.step ?? 0];
    return { step: (first + last) / 2, size: Math.max(sizes[at] ?? 0, around, smallest) };
  });
  const scale = withEnds(inner, points[0]?.step ?? 0, points.at(-1)?.step ?? 0).map(({ step, size }) => ({
    step,
    size: Math.min(greatestSize, Math.max(leastSize, size)),
  }));
  const units = points.map(({ step, difference }) => difference / sizeAt(scale, step));
  const correlation = correlationTime(units);
  const around =
    how === 'alone' || count > 1 ? Math.min(points.length, (2 * points.length) / count) : points.length;
  const all = inner.map(({ size }) => size);
  return {
    scale,
    correlation,
    freedom: Math.max(1, around / correlation),
    largest: units.reduce((most, unit) => Math.max(most, Math.abs(unit)), 0),
    spread: Math.max(...all) / Math.min(...all),
  };
}

/** As it grows between the last two blocks it goes on to the last point; it never falls there. */
function withEnds(inner: readonly Knot[], firstStep: number, lastStep: number): Knot[] {
  const [first, second] = inner;
  const [beforeLast, last] = inner.slice(-2);
  if (first === undefined || second === undefined || beforeLast === undefined || last === undefined)
    return [...inner];
  const begin = { step: firstStep, size: goneOn(second, first, firstStep) };
  const end = { step: lastStep, size: Math.max(last.size, goneOn(beforeLast, last, lastStep)) };
  return [begin, ...inner, end].filter(
    (knot, at, knots) => at === 0 || knot.step > (knots[at - 1]?.step ?? 0),
  );
}

function goneOn(from: Knot, through: Knot, step: number): number {
  if (through.step === from.step) return through.size;
  const slope = Math.log(through.size / from.size) / (through.step - from.step);
  return through.size * Math.exp(slope * (step - through.step));
}

/** The size at a step; see the schema of the noise. */
export function sizeAt(scale: readonly Knot[], step: number): number {
  const after = scale.findIndex(knot => knot.step >= step);
  const [low, high] = [scale[after - 1], scale[after]];
  if (high === undefined) return scale.at(-1)?.size ?? 0;
  if (low === undefined || high.step === step) return high.size;
  return goneOn(low, high, step);
}

function isNonZero({ difference }: StepDifference): boolean {
  return difference !== 0;
}

function rootMeanSquare(points: readonly StepDifference[]): number {
  if (points.length === 0) return 0;
  // Scaled, so that squares of tiny differences are not lost.
  const greatest = points.reduce((most, { difference }) => Math.max(most, Math.abs(difference)), 0);
  if (greatest === 0) return 0;
  const squares = points.reduce((sum, { difference }) => sum + (difference / greatest) ** 2, 0);
  return greatest * Math.sqrt(squares / points.length);
}

/**
 * The integrated autocorrelation time of values whose mean is zero, in points, 1 for independent ones: twice the sum of
 * the correlations until pairs of them are no longer positive (Geyer 1992, initial positive sequence).
 */
export function correlationTime(values: readonly number[]): number {
  const n = values.length;
  const total = values.reduce((sum, value) => sum + value * value, 0);
  if (total === 0 || n < 2) return 1;
  const correlation = (lag: number): number => {
    let sum = 0;
    for (let at = lag; at < n; at += 1) sum += (values[at] ?? 0) * (values[at - lag] ?? 0);
    return sum / total;
  };
  let time = -1;
  for (let lag = 0; lag < n && lag < mostLag; lag += 2) {
    const pair = correlation(lag) + (lag + 1 < n ? correlation(lag + 1) : 0);
    if (pair <= 0) break;
    time += 2 * pair;
  }
  return Math.min(n, Math.max(1, time));
}

/** Correlations over more points than this would take minutes to add up; series of a probe are thinned before. */
const mostLag = 4_000;
