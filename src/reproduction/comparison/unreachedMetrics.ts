/**
 * Metrics of two runs of which one was stopped early, and logged nothing of them. Invariant: one that was due in the part
 * that both runs have is never left out of the verdict; it is not known why it is missing, so it is inconclusive.
 */
import type { MetricComparison } from './compareMetric.ts';

export function withUnreached(metrics: readonly MetricComparison[]): MetricComparison[] {
  const through = Math.min(
    ...metrics
      .filter(({ verdict }) => !verdict.volatile)
      .map(({ lastCommonStep = Infinity }) => lastCommonStep),
  );
  return metrics.map(metric => {
    const { cutFrom, verdict } = metric;
    if (cutFrom === undefined || verdict.volatile) return metric;
    // Without a step that both have nothing was due.
    const unreached = through === Infinity || cutFrom > through;
    const sentence = unreached
      ? 'First logged after the part that both runs have.'
      : `One run has it from step ${cutFrom} on, the other not at all, though both got to step ${through}.`;
    return { ...metric, verdict: { ...verdict, sentence }, ...(unreached ? { unreached } : {}) };
  });
}
