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
import { sizeAt } from './learnNoise.ts';
import { studentQuantile } from './studentQuantile.ts';

/** Of reproductions with nothing but noise, so many are called diverged at most: all steps and metrics together. */
export const alarmRate = 0.01;

/** Sizes are estimates, too; found by measuring (`bench/results/verdictRates.md`). */
const margin = 1.5;

/** Neighbours that are alike are still not the same value. */
const looksPerCorrelation = 4;

export interface MetricNoise {
  /** No probe has shown any difference in this metric. */
  readonly zero: boolean;
  /**
   * Where the band is zero: from so many differing points on they are no noise. 1 where the probes were identical in
   * every metric; more where the program is known not to be deterministic and this metric only happened to be equal.
   */
  readonly realFrom: number;
  /**
   * Where the band is zero: fewer differences than so many that begin after {@link throughStep} may be rare events, which
   * a probe of this length would probably not have met. 1 where something is known to have changed.
   */
  readonly rareBelow: number;
  /** Last step that a probe has reached. */
  readonly throughStep: number;
  /** How many of them say something of this metric. */
  readonly probes: number;
  /**
   * Up to which |original - reproduced| is noise at a step, when they first differ at `began`. Noise that begins at a
   * moment of its own grows from then on: what began earlier than in the probes is as far then as theirs was later.
   * After {@link throughStep} that of the last step.
   */
  readonly allowedAt: (step: number, began: number) => number;
  /**
   * Above which it is no noise. More than {@link allowedAt} where noise comes in events: of these a probe sees one or
   * two, and nothing says that the next one comes at the same moment or is as small.
   */
  readonly ruledOutAbove: (step: number, began: number) => number;
}

export interface BandRequest {
  readonly key: string;
  /** Points of this metric that are compared. */
  readonly points: number;
  /** Metrics that are judged by bands. */
  readonly metrics: number;
  /** Data, code, parameters or a seed are others: a difference has its cause, and is no rare event. */
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
  const facts = { throughStep, probes: bands.length };
  const alarm = alarmRate / Math.max(1, metrics);
  const seen = bands.reduce((sum, band) => sum + band.comparedPoints, 0);
  const noises = bands.filter(band => !band.identical);
  if (noises.length === 0) {
    const deterministic = probes.every(probe => probe.identical);
    // Each of m more points differs no more likely than each of n did that were equal.
    const share = points / (points + seen);
    const few = points === 0 ? 1 : Math.ceil(Math.log(alarm) / Math.log(share));
    const [realFrom, rareBelow] = [deterministic ? 1 : few, changed ? 1 : few];
    return { ...facts, zero: true, realFrom, rareBelow, allowedAt: () => 0, ruledOutAbove: () => 0 };
  }
  const learnt = noises.map(band => band.noise).filter(noise => noise !== undefined);
  // A difference without a size, as from a number to none: nothing bounds the next one.
  if (learnt.length < noises.length)
    return {
      ...facts,
      zero: false,
      realFrom: 1,
      rareBelow: 1,
      allowedAt: () => 0,
      ruledOutAbove: () => Infinity,
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
  const allowedAt: MetricNoise['allowedAt'] = (step, began) => {
    const earlier = Math.max(0, onset - began);
    const at = allowed(Math.min(step, throughStep));
    return earlier > 0 ? Math.max(at, allowed(Math.min(step + earlier, throughStep))) : at;
  };
  const inEvents = learnt.some(noise => noise.events);
  const greatest = Math.max(...learnt.flatMap(noise => noise.scale.map(({ size }) => size)));
  const event = inEvents ? margin * studentQuantile(alarm / 2, learnt.length) * greatest : 0;
  return {
    ...{ ...facts, zero: false, realFrom: 1, rareBelow: 1, allowedAt },
    ruledOutAbove: (step, began) => Math.max(event, allowedAt(step, began)),
  };
}
