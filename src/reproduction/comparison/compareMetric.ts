/**
 * One metric of two runs, point by point, aligned by step. Invariant: every stored point of both sides is either
 * compared or reported as missing or extra; a step that occurs several times (a resumed run) is compared occurrence by
 * occurrence.
 */
import type { MetricVerdict } from '../../runs/verdict.ts';
import type { MetricNoise } from '../probe/noiseBand.ts';
import { bandAtText, bandSentence } from './bandSentence.ts';
import { bandUse } from './bandUse.ts';
import type { BandUse } from './bandUse.ts';
import { align, counterparts, differenceAt } from './alignedSeries.ts';
import type { Aligned } from './alignedSeries.ts';
import { curveReach } from './curveReach.ts';
import { PointJudge } from './pointJudge.ts';
import { dataTypeOf, defaultTolerances, equalValues } from './tolerance.ts';
import type { Tolerance } from './tolerance.ts';

/** Steps and values of one series, same length, in the order they were logged. */
export interface SeriesPoints {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** When each was logged, in milliseconds since the epoch, where that is known. */
  readonly times?: Float64Array;
}

export interface MetricRules {
  /** The experiment's or the command's; the default of the data type when left out. */
  readonly tolerance?: Tolerance | undefined;
  /** Who chose it. */
  readonly toleranceFrom?: 'command' | 'experiment' | undefined;
  /** What this machine's noise is known to do to the metric, by how many points are compared; see noiseBand.ts. */
  readonly noise?: ((points: number) => MetricNoise | undefined) | undefined;
  /** The original ran elsewhere: the noise of this machine makes nothing stricter then. */
  readonly noiseOnlyLoosens?: boolean | undefined;
  /** What differs can explain a difference, so noise is no excuse for one: as `data.csv 1a2b3c4 → 5d6e7f8`. */
  readonly explanation?: string | undefined;
  /** The noise was learnt from so many earlier reproductions, not from probes. */
  readonly reproductions?: number | undefined;
  readonly volatileReason?: string | undefined;
  /** Only points up to this step count (`--steps`). */
  readonly throughStep?: number | undefined;
  /** Only points from this step on count: the reproduction went on from a checkpoint. */
  readonly fromStep?: number | undefined;
  /** The reproduction was stopped early: points of the original after its last one are not missing. */
  readonly reproductionCutShort?: boolean | undefined;
  /** The original was stopped early: points of the reproduction after its last one are not extra. */
  readonly originalCutShort?: boolean | undefined;
}

/** What {@link MetricVerdict} says, and how the difference grows. */
export interface MetricComparison {
  readonly verdict: MetricVerdict;
  /** The original's first step, absent when it has none. */
  readonly firstStep?: number;
  /** Last step that both sides have, absent when they share none. */
  readonly lastCommonStep?: number;
  /** The first step beyond the tolerance; absent when none is. */
  readonly firstStepBeyondTolerance?: number;
  /** Relative difference at the first differing step. */
  readonly firstRelativeDifference?: number;
  /** Points that one side lacks only because it was stopped early. */
  readonly cutPoints: number;
  /** Where one side was stopped early and shares no point: the first step of the other, Infinity outside of what counts. */
  readonly cutFrom?: number;
  /** The first step of {@link cutPoints}. */
  readonly firstCutStep?: number;
  /** It was first logged after the part that both runs have; see unreachedMetrics.ts. */
  readonly unreached?: boolean;
  /** Nothing more of it was logged in the part that both runs have, whatever its own steps count. */
  readonly upToDate?: boolean;
  /** Equal as doubles, and not as the whole numbers that were written; see lastDigits.ts. */
  readonly lastDigits?: { readonly step: number; readonly original: string; readonly now: string };
  /** True when the default tolerance of a data type was used rather than a chosen one. */
  readonly defaultTolerance: boolean;
  /** Where a noise band decided: how far it is known, and what it could not tell. */
  readonly band?: BandUse;
}

/** Compares two series of the metric `key`; either may be missing as a whole. */
export function compareMetric(
  key: string,
  original: SeriesPoints | undefined,
  reproduced: SeriesPoints | undefined,
  rules: MetricRules = {},
): MetricComparison {
  const first = align(limit(original, rules));
  const second = align(limit(reproduced, rules));
  const tolerance =
    rules.tolerance ??
    defaultTolerances[widest(dataTypeOf(original?.values ?? empty), dataTypeOf(reproduced?.values ?? empty))];
  const noise =
    rules.tolerance === undefined && rules.volatileReason === undefined
      ? rules.noise?.(Math.min(first.steps.length, second.steps.length))
      : undefined;
  const reach = curveReach(first.values);
  const explained = rules.explanation !== undefined;
  const onlyLoosens = rules.noiseOnlyLoosens === true || rules.reproductions !== undefined;
  const judge = new PointJudge({ tolerance, noise, onlyLoosens, reach, explained });

  let compared = 0;
  let missing = 0;
  let cut = 0;
  let firstCutStep = Infinity;
  const addCut = (step: number): void => {
    cut += 1;
    firstCutStep = Math.min(firstCutStep, step);
  };
  let firstDifferingStep: number | undefined;
  let firstRelativeDifference: number | undefined;
  let maxRelative = 0;
  let maxAbsolute = 0;
  let lastCommonStep: number | undefined;
  let furthestStep: number | undefined;
  let lastPair: { readonly value: number; readonly other: number } | undefined;
  const differsFrom = (step: number): void => {
    firstDifferingStep = Math.min(firstDifferingStep ?? Infinity, step);
  };
  let index = -1;
  for (const place of counterparts(first, second)) {
    index += 1;
    const step = first.steps[index] ?? NaN;
    if (place === undefined) {
      if (rules.reproductionCutShort === true && step > second.lastStep) addCut(step);
      else {
        missing += 1;
        differsFrom(step);
      }
      continue;
    }
    compared += 1;
    const value = first.values[index] ?? NaN;
    const other = second.values[place] ?? NaN;
    if (step >= (lastCommonStep ?? -Infinity)) lastPair = { value, other };
    lastCommonStep = Math.max(lastCommonStep ?? -Infinity, step);
    if (equalValues(value, other)) {
      judge.addEqual();
      continue;
    }
    const absolute = Math.abs(value - other);
    const relative = relativeDifference(value, other);
    maxAbsolute = Math.max(maxAbsolute, Number.isNaN(absolute) ? Infinity : absolute);
    maxRelative = Math.max(maxRelative, relative);
    if (absolute >= maxAbsolute) furthestStep = step;
    if (firstDifferingStep === undefined || step < firstDifferingStep) firstRelativeDifference = relative;
    differsFrom(step);
    judge.add(step, value, other);
  }
  const judged = judge.result();
  const { firstStepBeyondTolerance, firstUnknownStep } = judged;
  let extra = 0;
  index = -1;
  for (const place of counterparts(second, first)) {
    index += 1;
    if (place !== undefined) continue;
    const step = second.steps[index] ?? NaN;
    if (rules.originalCutShort === true && step > first.lastStep) addCut(step);
    else {
      extra += 1;
      differsFrom(step);
    }
  }

  const differs = maxAbsolute > 0;
  const word =
    missing > 0 || extra > 0 || firstStepBeyondTolerance !== undefined
      ? 'diverged'
      : compared === 0 || firstUnknownStep !== undefined
        ? 'inconclusive'
        : differs
          ? 'within-tolerance'
          : 'identical';
  const decidedAt = firstStepBeyondTolerance ?? firstUnknownStep ?? furthestStep;
  const band =
    noise === undefined || !differs
      ? undefined
      : bandUse(noise, judged, {
          decidedAt,
          apart: decidedAt === undefined ? undefined : differenceAt(first, second, decidedAt),
          began: firstDifferingStep ?? 0,
          reach,
          ...{ reproductions: rules.reproductions, explanation: rules.explanation },
        });
  const decidedText =
    band?.allowed === undefined || band.decidedAt === undefined
      ? ''
      : bandAtText(band.decidedAt, band.allowed, band.throughStep);
  const logged = (original?.steps.length ?? 0) + (reproduced?.steps.length ?? 0);
  const isCut = compared + missing + extra === 0 && logged > 0;
  const sentence =
    rules.volatileReason !== undefined
      ? `Not counted: ${rules.volatileReason}.`
      : band !== undefined && (word !== 'diverged' || firstStepBeyondTolerance !== undefined)
        ? `${bandSentence(word, band, firstStepBeyondTolerance)}${decidedText}`
        : undefined;
  const verdict: MetricVerdict = {
    key,
    verdict: word,
    volatile: rules.volatileReason !== undefined,
    comparedPoints: compared,
    ...(firstDifferingStep === undefined ? {} : { firstDifferingStep }),
    ...(differs ? { maxRelativeDifference: maxRelative, maxAbsoluteDifference: maxAbsolute } : {}),
    // Where one was stopped, both values are those at the stop.
    ...(cut > 0 && lastPair !== undefined
      ? { originalLast: lastPair.value, reproducedLast: lastPair.other }
      : { ...lastOf('originalLast', first), ...lastOf('reproducedLast', second) }),
    missingSteps: missing,
    extraSteps: extra,
    ...(differs
      ? { toleranceFrom: noise === undefined ? (rules.toleranceFrom ?? 'data-type') : 'noise-band' }
      : {}),
    ...(sentence === undefined ? {} : { sentence }),
  };
  return {
    verdict,
    ...(first.steps[0] === undefined ? {} : { firstStep: first.steps[0] }),
    ...(lastCommonStep === undefined ? {} : { lastCommonStep }),
    ...(firstStepBeyondTolerance === undefined ? {} : { firstStepBeyondTolerance }),
    ...(firstRelativeDifference === undefined ? {} : { firstRelativeDifference }),
    cutPoints: cut,
    ...(cut === 0 ? {} : { firstCutStep }),
    ...(isCut ? { cutFrom: Math.min(firstOf(first), firstOf(second)) } : {}),
    defaultTolerance: rules.tolerance === undefined && noise === undefined,
    ...(band === undefined ? {} : { band }),
  };
}

const empty = new Float64Array();

function limit(
  series: SeriesPoints | undefined,
  { fromStep = -Infinity, throughStep = Infinity }: MetricRules,
): SeriesPoints | undefined {
  if (series === undefined || (fromStep === -Infinity && throughStep === Infinity)) return series;
  const kept = [...series.steps.keys()].filter(at => {
    const step = series.steps[at] ?? NaN;
    return step >= fromStep && step <= throughStep;
  });
  return {
    steps: Float64Array.from(kept, at => series.steps[at] ?? NaN),
    values: Float64Array.from(kept, at => series.values[at] ?? NaN),
  };
}

/** |a-b| / |original|; infinite where one side is not a number or the original is zero. */
function relativeDifference(original: number, reproduced: number): number {
  const relative = Math.abs(original - reproduced) / Math.abs(original);
  return Number.isNaN(relative) ? Infinity : relative;
}

function firstOf({ steps }: Aligned): number {
  return steps.reduce((a, b) => Math.min(a, b), Infinity);
}

function lastOf(field: 'originalLast' | 'reproducedLast', series: Aligned): Partial<MetricVerdict> {
  const last = series.values.at(-1);
  return last === undefined ? {} : { [field]: last };
}

/** Two sides may look like different types by chance: the one that allows less whole-number luck decides. */
function widest(
  first: keyof typeof defaultTolerances,
  second: keyof typeof defaultTolerances,
): keyof typeof defaultTolerances {
  const order = ['integer', 'float32', 'float64'] as const;
  const rank = (type: keyof typeof defaultTolerances): number => order.indexOf(type as 'integer');
  return rank(first) >= rank(second) ? first : second;
}
