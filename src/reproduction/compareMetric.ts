/**
 * One metric of two runs, point by point, aligned by step. Invariant: every stored point of both sides is either
 * compared or reported as missing or extra; a step that occurs several times (a resumed run) is compared occurrence by
 * occurrence.
 */
import type { MetricVerdict } from '../runs/verdict.ts';
import { dataTypeOf, defaultTolerances, equalValues, withinTolerance } from './tolerance.ts';
import type { Tolerance } from './tolerance.ts';

/** Steps and values of one series, same length, in the order they were logged. */
export interface SeriesPoints {
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

export interface MetricRules {
  /** The experiment's or the command's; the default of the data type when left out. */
  readonly tolerance?: Tolerance | undefined;
  readonly volatileReason?: string | undefined;
  /** Only points up to this step count (`--steps`). */
  readonly throughStep?: number | undefined;
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
  /** True when the default tolerance of a data type was used rather than a chosen one. */
  readonly defaultTolerance: boolean;
}

/** Compares two series of the metric `key`; either may be missing as a whole. */
export function compareMetric(
  key: string,
  original: SeriesPoints | undefined,
  reproduced: SeriesPoints | undefined,
  rules: MetricRules = {},
): MetricComparison {
  const first = align(limit(original, rules.throughStep));
  const second = align(limit(reproduced, rules.throughStep));
  const tolerance =
    rules.tolerance ??
    defaultTolerances[widest(dataTypeOf(original?.values ?? empty), dataTypeOf(reproduced?.values ?? empty))];

  let compared = 0;
  let missing = 0;
  let cut = 0;
  let firstDifferingStep: number | undefined;
  let firstRelativeDifference: number | undefined;
  let firstStepBeyondTolerance: number | undefined;
  let maxRelative = 0;
  let maxAbsolute = 0;
  let lastCommonStep: number | undefined;
  for (const point of first.points) {
    const other = second.byPlace.get(point.place);
    if (other === undefined) {
      if (rules.reproductionCutShort === true && point.step > second.lastStep) cut += 1;
      else {
        missing += 1;
        firstDifferingStep = Math.min(firstDifferingStep ?? Infinity, point.step);
      }
      continue;
    }
    compared += 1;
    lastCommonStep = Math.max(lastCommonStep ?? -Infinity, point.step);
    if (equalValues(point.value, other)) continue;
    const absolute = Math.abs(point.value - other);
    const relative = relativeDifference(point.value, other);
    maxAbsolute = Math.max(maxAbsolute, Number.isNaN(absolute) ? Infinity : absolute);
    maxRelative = Math.max(maxRelative, relative);
    if (firstDifferingStep === undefined || point.step < firstDifferingStep) {
      firstDifferingStep = point.step;
      firstRelativeDifference = relative;
    }
    if (!withinTolerance(point.value, other, tolerance))
      firstStepBeyondTolerance = Math.min(firstStepBeyondTolerance ?? Infinity, point.step);
  }
  let extra = 0;
  for (const point of second.points) {
    if (first.byPlace.has(point.place)) continue;
    if (rules.originalCutShort === true && point.step > first.lastStep) cut += 1;
    else {
      extra += 1;
      firstDifferingStep = Math.min(firstDifferingStep ?? Infinity, point.step);
    }
  }

  const differs = maxAbsolute > 0;
  const verdict: MetricVerdict = {
    key,
    verdict:
      missing > 0 || extra > 0 || firstStepBeyondTolerance !== undefined
        ? 'diverged'
        : compared === 0
          ? 'inconclusive'
          : differs
            ? 'within-tolerance'
            : 'identical',
    volatile: rules.volatileReason !== undefined,
    comparedPoints: compared,
    ...(firstDifferingStep === undefined ? {} : { firstDifferingStep }),
    ...(differs ? { maxRelativeDifference: maxRelative, maxAbsoluteDifference: maxAbsolute } : {}),
    ...lastOf('originalLast', first),
    ...lastOf('reproducedLast', second),
    missingSteps: missing,
    extraSteps: extra,
    ...(rules.volatileReason === undefined ? {} : { sentence: `Not counted: ${rules.volatileReason}.` }),
  };
  return {
    verdict,
    ...(first.points[0] === undefined ? {} : { firstStep: first.points[0].step }),
    ...(lastCommonStep === undefined ? {} : { lastCommonStep }),
    ...(firstStepBeyondTolerance === undefined ? {} : { firstStepBeyondTolerance }),
    ...(firstRelativeDifference === undefined ? {} : { firstRelativeDifference }),
    cutPoints: cut,
    defaultTolerance: rules.tolerance === undefined,
  };
}

const empty = new Float64Array();

interface Point {
  readonly step: number;
  readonly value: number;
  /** Step and how many times it has occurred before. */
  readonly place: string;
}

interface Aligned {
  readonly points: readonly Point[];
  readonly byPlace: ReadonlyMap<string, number>;
  readonly lastStep: number;
}

function align(series: SeriesPoints | undefined): Aligned {
  const points: Point[] = [];
  const byPlace = new Map<string, number>();
  const seen = new Map<number, number>();
  let lastStep = -Infinity;
  series?.steps.forEach((step, at) => {
    const value = series.values[at] ?? NaN;
    const occurrence = seen.get(step) ?? 0;
    seen.set(step, occurrence + 1);
    const place = `${step}:${occurrence}`;
    points.push({ step, value, place });
    byPlace.set(place, value);
    lastStep = Math.max(lastStep, step);
  });
  return { points, byPlace, lastStep };
}

function limit(series: SeriesPoints | undefined, throughStep: number | undefined): SeriesPoints | undefined {
  if (series === undefined || throughStep === undefined) return series;
  const kept = [...series.steps.keys()].filter(at => (series.steps[at] ?? NaN) <= throughStep);
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

function lastOf(field: 'originalLast' | 'reproducedLast', series: Aligned): Partial<MetricVerdict> {
  const last = series.points.at(-1);
  return last === undefined ? {} : { [field]: last.value };
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
