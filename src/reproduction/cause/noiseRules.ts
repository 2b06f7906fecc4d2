/**
 * What trials go by where a program is not like itself: a trial joins the original where nothing but noise is between the
 * two, by the bands that a verdict goes by. Invariant: only metrics that noise does not explain in the divergence itself
 * decide, and each of them has to.
 */
import type { CauseReport } from '../../runs/causeReport.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import { matchesGlob } from '../comparison/matchesGlob.ts';
import type { ComparisonRules, KeyedSeries } from '../comparison/compareMetrics.ts';
import type { Divergence } from './findDivergence.ts';
import { nameOf } from './trialLength.ts';

/** What is known of the noise of this machine, and what a person allows besides. */
export type KnownNoise = Required<Pick<ComparisonRules, 'probes'>> &
  Pick<ComparisonRules, 'reproductions' | 'tolerances' | 'volatile' | 'noiseOnlyLoosens'>;

export interface NoiseRules {
  readonly known: KnownNoise;
  /** As compareMetrics names them. */
  readonly keys: ReadonlySet<string>;
  readonly divergence: Divergence;
  /** The step through which a trial has to run to be told apart. */
  readonly throughStep: number;
}

type Series = readonly KeyedSeries[];

/** Whether two executions of the program were seen to differ in something that counts. */
export function isNoisy({ probes }: Pick<KnownNoise, 'probes'>): boolean {
  return probes.some(({ bands }) => bands.some(band => !band.identical && band.volatile !== true));
}

/**
 * Undefined where nothing that both runs have is beyond noise.
 * @param known Of a program that {@link isNoisy}.
 */
export function noiseRules(before: Series, after: Series, known: KnownNoise): NoiseRules | undefined {
  const [first] = beyond(before, after, known).sort((a, b) => a.step - b.step);
  if (first === undefined) return undefined;
  const steps = commonSteps(before, after, first.key).filter(step => step >= first.step);
  // Of fewer points the bands are others: what is told apart at the end of the runs may need more than a few.
  for (let more = fewPoints; ; more *= 2) {
    const throughStep = steps[Math.min(more, steps.length) - 1] ?? first.step;
    const told = beyond(before, after, known, throughStep);
    if (told.length > 0 || more >= steps.length)
      return {
        known,
        keys: new Set((told.length > 0 ? told : [first]).map(({ key }) => key)),
        divergence: { key: first.key, step: first.step, shape: 'unclear' },
        throughStep,
      };
  }
}

/** From the first difference on: the more there are, the less likely noise brings a trial close in all of them. */
const fewPoints = 10;

/** Whether noise may explain all that two runs differ by; false where that is not known. */
export function mayBeNoise(before: Series, after: Series, known: KnownNoise): boolean {
  return compareBoth(before, after, known, undefined).every(
    ({ verdict: { key, volatile, verdict } }) =>
      volatile || verdict === 'identical' || (verdict === 'within-tolerance' && !isExact(key, known)),
  );
}

/** The last step that both runs have. */
export function lastStepOfBoth(before: Series, after: Series): number {
  const compared = compareMetrics(before, after, { originalCutShort: true, reproductionCutShort: true });
  return Math.max(0, ...compared.map(({ lastCommonStep = 0 }) => lastCommonStep));
}

export interface NoiseJoin {
  readonly joins: boolean;
  /** Noise may be all that is between it and the original, and it and the other run as well. */
  readonly unclear?: true;
  /** The first step at which it is further from the original than noise. */
  readonly apartAt?: number;
}

/** A trial joins where nothing but noise is between it and the original, and more than noise between it and the other. */
export function joinsWithinNoise(
  { before, after }: { readonly before: Series; readonly after: Series },
  trial: Series,
  rules: NoiseRules,
): NoiseJoin {
  const original = nearness(before, trial, rules);
  if (!original.near)
    return { joins: false, ...(original.apartAt === undefined ? {} : { apartAt: original.apartAt }) };
  return nearness(after, trial, rules).near ? { joins: false, unclear: true } : { joins: true };
}

function nearness(
  run: Series,
  trial: Series,
  { known, keys, throughStep }: NoiseRules,
): { readonly near: boolean; readonly apartAt?: number } {
  const compared = compareBoth(run, trial, known, throughStep).filter(({ verdict }) => keys.has(verdict.key));
  const apart = compared.flatMap(one => stepBeyond(one, known) ?? []);
  return {
    near:
      apart.length === 0 &&
      compared.length === keys.size &&
      compared.every(
        ({ verdict }) => verdict.verdict === 'identical' || verdict.verdict === 'within-tolerance',
      ),
    ...(apart.length === 0 ? {} : { apartAt: Math.min(...apart) }),
  };
}

/** For a report: what was known of the noise. */
export function noiseOf({ known }: NoiseRules): NonNullable<CauseReport['noise']> {
  return known.reproductions === undefined
    ? { probes: known.probes.length }
    : { reproductions: known.reproductions };
}

interface Beyond {
  readonly key: string;
  readonly step: number;
}

function beyond(before: Series, after: Series, known: KnownNoise, throughStep?: number): Beyond[] {
  return compareBoth(before, after, known, throughStep).flatMap(one => {
    const { key, volatile } = one.verdict;
    const step = volatile ? undefined : stepBeyond(one, known);
    return step === undefined ? [] : [{ key, step }];
  });
}

/** Where no execution differed, any difference is more than noise: a trial shows whether it comes again. */
function stepBeyond(
  { verdict, firstStepBeyondTolerance }: MetricComparison,
  known: KnownNoise,
): number | undefined {
  return isExact(verdict.key, known) ? verdict.firstDifferingStep : firstStepBeyondTolerance;
}

/** A metric in which all executions that are known were equal, and for which nobody has chosen a tolerance. */
function isExact(key: string, { probes, tolerances = [] }: KnownNoise): boolean {
  const bands = probes.flatMap(probe =>
    probe.bands.filter(band => band.key === key && band.comparedPoints > 0),
  );
  if (bands.length === 0 || bands.some(band => !band.identical)) return false;
  return !tolerances.some(({ pattern }) => matchesGlob(pattern, key));
}

function compareBoth(
  before: Series,
  after: Series,
  known: KnownNoise,
  throughStep: number | undefined,
): MetricComparison[] {
  return compareMetrics(before, after, {
    ...known,
    ...(throughStep === undefined ? {} : { throughStep }),
    // Something differs, or there would be nothing to find; and what either logs after the other's end is no difference.
    ...{ changed: true, originalCutShort: true, reproductionCutShort: throughStep === undefined },
  });
}

/** Ascending. */
function commonSteps(before: Series, after: Series, name: string): number[] {
  const stepsOf = (series: Series): Float64Array =>
    series.find(one => nameOf(one) === name)?.steps ?? new Float64Array();
  const later = new Set(stepsOf(after));
  return [...new Set(stepsOf(before))].filter(step => later.has(step)).sort((a, b) => a - b);
}
