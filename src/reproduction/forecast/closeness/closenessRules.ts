/**
 * How close a reproduction on this machine can get, rule by rule: what the makers of hardware and libraries promise, and
 * what they do not. Each rule names its source. A rule that finds nothing to object says nothing: what no rule limits is
 * expected to be equal to the last bit.
 */
import type { Closeness, ForecastLimit } from '../../../runs/forecast.ts';
import type { ClosenessRule } from './closenessRule.ts';
import type { ComputeSide } from './computeSide.ts';
import { environmentRules } from './environmentRules.ts';
import { gpuRules } from './gpuRules.ts';
import { frameworkRules } from './frameworkRules.ts';
import { processorRules } from './processorRules.ts';

export const closenessRules: readonly ClosenessRule[] = [
  ...gpuRules,
  ...frameworkRules,
  ...processorRules,
  ...environmentRules,
];

/** Best first. */
export const closenessOrder: readonly Closeness[] = [
  'bit-identical',
  'numerically-close',
  'not-the-same-run',
];

/** The strongest first, in the order of the rules among equals. */
export function limitsOf(original: ComputeSide, now: ComputeSide): ForecastLimit[] {
  return sortLimits(
    closenessRules.flatMap(({ ingredient, closeness, judge }) => {
      const text = judge(original, now);
      return text === undefined ? [] : [{ ingredient, closeness, text }];
    }),
  );
}

export function sortLimits(limits: readonly ForecastLimit[]): ForecastLimit[] {
  const strength = ({ closeness }: ForecastLimit): number => closenessOrder.indexOf(closeness);
  return [...limits].sort((one, other) => strength(other) - strength(one));
}

export function closenessOf(limits: readonly ForecastLimit[]): Closeness {
  return sortLimits(limits)[0]?.closeness ?? 'bit-identical';
}
