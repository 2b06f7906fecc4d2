/** Whether what a run prints as `key: value` is a metric of it, and of its reproductions. */
import type { RunDetails } from './runDetails.ts';

/** From the start, or because somebody asked for it while it ran or since. */
export function printsMetrics({ plan, requests }: Pick<RunDetails, 'plan' | 'requests'>): boolean {
  return plan?.metricLines === true || requests.some(one => one.kind === 'chart-lines');
}
