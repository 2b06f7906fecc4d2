/**
 * How far a reproduction may be from the original in one metric and still be one more execution of the same program,
 * by what determinism probes have shown. The rule, and what it promises:
 *
 * Two executions of a probe and the pair of original and reproduction are exchangeable where nothing but noise differs.
 * So their differences have the same size at the same step. That size was estimated from few values, which is what
 * Student's t is for: its quantile, for as many degrees of freedom as there were values that do not repeat their
 * neighbours, and for all steps and metrics that are looked at (Bonferroni), bounds normal noise. Noise with heavier
 * tails is bounded by the largest difference that a probe has shown: with tails that fall at least as the third power,
 * the largest of m more values exceeds k times the largest of n with probability below m / n / k³. A band is the wider
 * of the two, so that {@link alarmRate} of the reproductions in which nothing but noise differs leave any band of theirs.
 */
import type { DeterminismProbe, NoiseBand } from '../../runs/determinismProbe.ts';
import type { CurveReach } from '../comparison/curveReach.ts';
import { enoughValues, sizeAt, strideOf } from './learnNoise.ts';
import { studentQuantile } from './studentQuantile.ts';

/** Of reproductions with nothing but noise, so many are called diverged at most: all steps and metrics together. */
export const alarmRate = 0.01;

/** Sizes are estimates, too; found by measuring (`bench/results/verdictRates.md`). */
const margin = 1.5;

/** Neighbours that are alike are still not the same value. */
const looksPerCorrelation = 4;

/**
 * Of reproductions of a program that no probe has seen differ, so many are called diverged for how early a rare event
 * came: all metrics together, since one event begins in all of them.
 */
const earlyRate = 2 * alarmRate;

/** One pair in five is so many times larger than the only one that was seen, by Student's t of one value. */
const timesSeen = 3;

/**
 * Noise that is there all the time is not so many times larger than all of it that was seen (one of fifty pairs is, by
 * Student's t of one value) and at once so many times larger than the changes of the curve itself.
 */
const farOfSeen = 30;
const farOfCurve = 3;
/** From so many events on their sizes are known. */
const manyEvents = 6;

export interface MetricNoise {
  /** No probe has shown any difference in this metric. */
  readonly zero: boolean;
  /** The probes were identical in every metric. */
  readonly deterministic: boolean;
  /**
   * Where the band is zero: differences that begin anew so many times are no noise. 1 where the probes were identical in
   * every metric and something is known to have changed; else fewer may be rare events that the probes did not meet.
   */
  readonly realFrom: number;
  /**
   * Where the band is zero: what differs at the latest at so many points from the beginning came too early for a rare
   * event; 0 where the probes were too short to say so of any.
   */
  readonly earlyThrough: number;
  /** Differences have moments of their own, and stay or pass: a probe sees one or two. */
  readonly inEvents: boolean;
  /** The least of points that a probe was equal in before anything differed. */
  readonly equalPoints: number;
  /** The largest difference that a probe has shown, 0 where none did. */
  readonly greatest: number;
  /** The sizes of differences are known from few values: longer probes, or more of them, know better. */
  readonly fewValues: boolean;
  /** Last step that a probe has reached. */
  readonly throughStep: number;
  /** How many of them say something of this metric. */
  readonly probes: number;
  /**
   * Up to which |original - reproduced| is noise at a step, when they first differ at `began`. Noise that begins at a
   * moment of its own grows from then on: what began earlier than in the probes is as far then as theirs was later.
   * After {@link throughStep} that of the last step. A band that is wider than the curve itself changes from one point to
   * the next, and than all that was seen, would let another training pass.
   */
  readonly allowedAt: (step: number, began: number, curve?: CurveReach) => number;
  /**
   * So much is allowed at the step that being within it says nothing: more than the metric is large and covers, or than
   * either of the two where the noise is known from few values.
   */
  readonly tellsNothingAt: (step: number, began: number, curve: CurveReach) => boolean;
  /**
   * Above which it is no noise. More than {@link allowedAt} where noise comes in events: of these a probe sees one or
   * two, and nothing says that the next one comes at the same moment or is as small; but where it happens it is about as
   * much as the curve itself changes.
   */
  readonly ruledOutAbove: (step: number, began: number, curve?: CurveReach) => number;
}

export interface BandRequest {
  readonly key: string;
  /** Points of this metric that are compared. */
  readonly points: number;
  /** Metrics that are judged by bands. */
  readonly metrics: number;
  /** An ingredient is another one: a difference has its cause, and is no rare event. */
  readonly changed?: boolean | undefined;
}

/** Undefined where no probe has anything to say of the metric. */
export function noiseBand(
  probes: readonly Pick<DeterminismProbe, 'bands' | 'identical'>[],
  { key, points, metrics, changed = false }: BandRequest,
): MetricNoise | undefined {
  const bands = probes.flatMap(probe =>
    probe.bands.filter(
      (band): band is NoiseBand & { throughStep: number } =>
        band.key === key && band.comparedPoints > 0 && band.throughStep !== undefined,
    ),
  );
  if (bands.length === 0) return undefined;
  const throughStep = Math.max(...bands.map(band => band.throughStep));
  const deterministic = probes.every(probe => probe.identical);
  const equalPoints = Math.min(...bands.map(band => equalPointsOf(band)));
  const facts = { throughStep, probes: bands.length, deterministic, equalPoints, fewValues: false };
  const alarm = alarmRate / Math.max(1, metrics);
  const seen = bands.reduce((sum, band) => sum + band.comparedPoints, 0);
  const noises = bands.filter(band => !band.identical);
  if (noises.length === 0) {
    // Each of m more points differs no more likely than each of n did that were equal.
    const share = points / (points + seen);
    const few = points === 0 ? 1 : Math.ceil(Math.log(alarm) / Math.log(share));
    return {
      ...{ ...facts, zero: true, inEvents: false, greatest: 0, realFrom: changed && deterministic ? 1 : few },
      earlyThrough: earlyThrough(seen, deterministic ? earlyRate : alarm),
      ...{ allowedAt: () => 0, tellsNothingAt: () => false, ruledOutAbove: () => 0 },
    };
  }
  const learnt = noises.map(band => band.noise).filter(noise => noise !== undefined);
  // A difference without a size, as from a number to none: nothing bounds the next one.
  if (learnt.length < noises.length)
    return {
      ...{ ...facts, zero: false, inEvents: false, greatest: Infinity, realFrom: 1, earlyThrough: 0 },
      ...{ allowedAt: () => 0, tellsNothingAt: () => false, ruledOutAbove: () => Infinity },
    };
  const freedom = learnt.reduce((sum, noise) => sum + noise.freedom, 0);
  const correlation = Math.min(...learnt.map(noise => noise.correlation));
  const looks = Math.max(1, Math.min(points, (looksPerCorrelation * points) / correlation));
  const normal = studentQuantile(alarm / (2 * looks), freedom);
  const values = learnt.reduce((sum, noise) => sum + noise.points, 0);
  const heavy = Math.cbrt(Math.max(1, points / values) / alarm);
  const onset = Math.min(...noises.map(band => band.firstDifferingStep ?? Infinity));
  const allowed = (at: number): number => {
    const sizes = learnt.map(noise => sizeAt(noise.scale, at));
    const pooled = Math.sqrt(
      learnt.reduce((sum, noise, place) => sum + noise.freedom * (sizes[place] ?? 0) ** 2, 0) / freedom,
    );
    const largest = Math.max(...learnt.map((noise, place) => noise.largest * (sizes[place] ?? 0)));
    return margin * Math.max(normal * pooled, heavy * largest);
  };
  const wideAt = (step: number, began: number): number => {
    const earlier = Math.max(0, onset - began);
    const at = allowed(Math.min(step, throughStep));
    return earlier > 0 ? Math.max(at, allowed(Math.min(step + earlier, throughStep))) : at;
  };
  const greatest = Math.max(...noises.map(band => band.maxAbsoluteDifference ?? Infinity));
  const inEvents = learnt.some(noise => noise.events);
  const largestSize = Math.max(...learnt.flatMap(noise => noise.scale.map(({ size }) => size)));
  const beginnings = learnt.reduce((sum, noise) => sum + (noise.beginnings ?? 1), 0);
  // Of many events the sizes are known; of few the next one may be of any size that the curve knows. Noise that was never
  // away is no event, however it grows and falls.
  const isRare = inEvents && beginnings > 0 && beginnings < manyEvents;
  const event = inEvents ? margin * studentQuantile(alarm / 2, learnt.length) * largestSize : 0;
  const fewValues = freedom < enoughValues;
  const allowedAt: MetricNoise['allowedAt'] = (step, began, curve) =>
    Math.min(wideAt(step, began), Math.max(timesSeen * greatest, curve?.change ?? Infinity));
  return {
    ...{ ...facts, zero: false, inEvents, greatest, realFrom: 1, earlyThrough: 0 },
    ...{ fewValues, allowedAt },
    tellsNothingAt: (step, began, curve) => {
      const { level, range = level } = curve;
      const bound = fewValues ? Math.min(range, level) : Math.max(range, level);
      return allowedAt(step, began, curve) > bound;
    },
    ruledOutAbove: (step, began, curve) => {
      const variation = curve?.change ?? Infinity;
      const wide = wideAt(step, began);
      if (inEvents) return Math.max(event, isRare && variation < Infinity ? variation : 0, wide);
      return Math.min(wide, Math.max(farOfSeen * greatest, farOfCurve * variation));
    },
  };
}

function equalPointsOf({ identical, comparedPoints, noise }: NoiseBand): number {
  const apart = noise === undefined ? comparedPoints : noise.points * strideOf(comparedPoints);
  return identical ? comparedPoints : Math.max(0, comparedPoints - apart);
}

/**
 * Of two executions that were equal at n points, whatever the rate of rare events is, another two differ at one of their
 * first x points with probability at most x / (n + x) · (n / (n + x))^(n / x): that rate is the worst one, at which a
 * point is still equal with probability (n / (n + x))^(1 / x).
 */
function earlyThrough(equal: number, rate: number): number {
  const probability = (first: number): number => {
    const left = equal / (equal + first);
    return (1 - left) * left ** (equal / first);
  };
  let first = 0;
  while (first < equal && probability(first + 1) <= rate) first += 1;
  return first;
}
