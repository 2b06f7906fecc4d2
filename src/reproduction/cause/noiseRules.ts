/**
 * What trials go by where a program is not like itself: a trial joins the original where nothing but noise is between the
 * two, by the bands that a verdict goes by. Invariant: only metrics that noise does not explain in the divergence itself
 * decide, and each of them has to.
 */
import type { CauseReport } from '../../runs/causeReport.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
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
 * Undefined where noise explains all that both have. Of metrics that only one of them has it says nothing.
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

/** Beyond the first difference, so that no trial joins by luck. */
const fewPoints = 3;

export interface NoiseJoin {
  readonly joins: boolean;
  /** The first step at which it is further from the original than noise. */
  readonly apartAt?: number;
}

/** Whether nothing but noise is between a run and a trial, in every metric that decides. */
export function joinsWithinNoise(
  original: Series,
  trial: Series,
  { known, keys, throughStep }: NoiseRules,
): NoiseJoin {
  const compared = compareBoth(original, trial, known, throughStep).filter(({ verdict }) =>
    keys.has(verdict.key),
  );
  const apart = compared.flatMap(one => one.firstStepBeyondTolerance ?? []);
  return {
    joins:
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
  return compareBoth(before, after, known, throughStep).flatMap(
    ({ verdict: { key, volatile }, firstStepBeyondTolerance: step }) =>
      volatile || step === undefined ? [] : [{ key, step }],
  );
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
