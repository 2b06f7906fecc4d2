/**
 * Metrics that one run has and the other sent to an MLflow server of its own: that they are missing here says nothing
 * about the program, so they are inconclusive, not diverged.
 */
import type { MetricComparison } from './compareMetric.ts';

export interface OwnServers {
  readonly original: boolean;
  readonly reproduction: boolean;
}

export function withUnheard(metrics: readonly MetricComparison[], servers: OwnServers): MetricComparison[] {
  return metrics.map(metric => {
    const { verdict } = metric;
    if (verdict.comparedPoints > 0 || verdict.volatile) return metric;
    const isMissing = verdict.missingSteps > 0 && verdict.extraSteps === 0 && servers.reproduction;
    const isExtra = verdict.extraSteps > 0 && verdict.missingSteps === 0 && servers.original;
    if (!isMissing && !isExtra) return metric;
    return {
      ...metric,
      verdict: {
        ...verdict,
        verdict: 'inconclusive',
        sentence: unheardSentence(isMissing ? 'reproduction' : 'original'),
      },
    };
  });
}

export function unheardSentence(which: 'original' | 'reproduction'): string {
  return `The ${which} logs to an MLflow server of its own, so what it logs there is not in its record.`;
}
