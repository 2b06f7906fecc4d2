/**
 * Metrics that only a reproduction has because the version that recorded the original did not read such values: they say
 * nothing of the program, and are not counted.
 */
import type { Plan } from '../../runs/plan.ts';
import type { MetricComparison } from './compareMetric.ts';

export function withUnread(
  metrics: readonly MetricComparison[],
  plans: Readonly<Record<'original' | 'reproduction', Pick<Plan, 'lineRules'>>>,
): MetricComparison[] {
  if ((plans.reproduction.lineRules ?? 1) <= (plans.original.lineRules ?? 1)) return [...metrics];
  return metrics.map(metric => {
    const { comparedPoints, missingSteps, extraSteps } = metric.verdict;
    if (comparedPoints > 0 || missingSteps > 0 || extraSteps === 0) return metric;
    const sentence = 'Not counted: the version that recorded the original did not read such values.';
    return { ...metric, verdict: { ...metric.verdict, volatile: true, sentence } };
  });
}
