/** A verdict as it is written: NaN and infinities as text, which JSON cannot say as numbers. */
import { metricValueToJson } from '../runs/result.ts';
import type { Verdict } from '../runs/verdict.ts';

export function verdictToJson(verdict: Verdict): unknown {
  return {
    ...verdict,
    metrics: verdict.metrics.map(metric =>
      Object.fromEntries(
        Object.entries(metric).map(([name, value]) => [
          name,
          typeof value === 'number' ? metricValueToJson(value) : value,
        ]),
      ),
    ),
  };
}
