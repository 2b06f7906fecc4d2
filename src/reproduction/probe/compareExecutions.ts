/** Two identical executions of one run on one machine, metric by metric: what a determinism probe has found. Pure. */
import type { NoiseBand } from '../../runs/determinismProbe.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';
import { learnNoise, strideOf } from './learnNoise.ts';
import type { StepDifference } from './learnNoise.ts';

/**
 * One band for each metric that both executions have, as far as both of them got: a probe stops its runs, and not at the
 * same moment.
 */
export function compareExecutions(
  first: readonly KeyedSeries[],
  second: readonly KeyedSeries[],
  { throughStep, volatile }: { throughStep?: number | undefined; volatile: VolatilePatterns },
): NoiseBand[] {
  const differences = differencesByName(first, second);
  return compareMetrics(first, second, {
    ...{ throughStep, volatile, reproductionCutShort: true, originalCutShort: true },
  })
    .filter(({ verdict }) => verdict.comparedPoints > 0)
    .map(({ verdict, lastCommonStep }) => {
      const { key, comparedPoints, firstDifferingStep } = verdict;
      const common = (differences.get(key) ?? []).filter(({ step }) => step <= (throughStep ?? Infinity));
      const equal = verdict.verdict === 'identical';
      const noise = equal ? undefined : learnThinned(common);
      return {
        ...{ key, identical: equal, comparedPoints },
        ...(firstDifferingStep === undefined ? {} : { firstDifferingStep }),
        ...(lastCommonStep === undefined ? {} : { throughStep: lastCommonStep }),
        ...(verdict.maxRelativeDifference === undefined
          ? {}
          : { maxRelativeDifference: verdict.maxRelativeDifference }),
        ...(verdict.maxAbsoluteDifference === undefined
          ? {}
          : { maxAbsoluteDifference: verdict.maxAbsoluteDifference }),
        ...(verdict.volatile ? { volatile: true } : {}),
        ...(noise === undefined ? {} : { noise }),
      };
    });
}

function learnThinned(differences: readonly StepDifference[]): ReturnType<typeof learnNoise> {
  const stride = strideOf(differences.length);
  const noise = learnNoise(differences.filter((_, at) => at % stride === 0));
  // None of the points that were looked at differs: the others are few, and say more than nothing.
  if (noise === undefined && stride > 1) {
    const apart = differences.filter(({ difference }) => difference !== 0);
    return learnNoise(apart.filter((_, at) => at % strideOf(apart.length) === 0));
  }
  return noise === undefined ? undefined : { ...noise, correlation: noise.correlation * stride };
}

function differencesByName(
  first: readonly KeyedSeries[],
  second: readonly KeyedSeries[],
): Map<string, StepDifference[]> {
  const others = new Map(second.map(one => [nameOf(one), one]));
  const found = new Map<string, StepDifference[]>();
  for (const one of first) {
    const other = others.get(nameOf(one));
    if (other !== undefined) found.set(nameOf(one), differencesOf(one, other));
  }
  return found;
}

function nameOf({ key, rank }: KeyedSeries): string {
  return rank === null || rank === 0 ? key : `${key} [rank ${rank}]`;
}

/** By step, and by occurrence where a step occurs several times. */
function differencesOf(first: KeyedSeries, second: KeyedSeries): StepDifference[] {
  const places = new Map<number, number[]>();
  second.steps.forEach((step, at) => {
    const known = places.get(step);
    if (known === undefined) places.set(step, [at]);
    else known.push(at);
  });
  const found: StepDifference[] = [];
  first.steps.forEach((step, at) => {
    const place = places.get(step)?.shift();
    if (place === undefined) return;
    const [value, other] = [first.values[at] ?? NaN, second.values[place] ?? NaN];
    const equal = value === other || (Number.isNaN(value) && Number.isNaN(other));
    found.push({ step, difference: equal ? 0 : value - other });
  });
  return found;
}
