/** The points of a metric, for programs that read back what they logged. */
import * as z from 'zod';
import { metricJson } from './entityJson.ts';
import { listField, optionalText, optionalWhole, textField } from './fields.ts';
import { pageOf } from './paging.ts';
import { route } from './route.ts';
import { runIdFields, runIdOf } from './runId.ts';
import type { LatestMetric } from './runMetrics.ts';
import type { Tracker } from './tracker.ts';

export const historyRoutes = [
  route(
    'GET',
    'metrics/get-history',
    z.object({
      ...runIdFields,
      metric_key: textField,
      page_token: optionalText,
      max_results: optionalWhole,
    }),
    async (tracker, fields) => {
      const points = await history(tracker, runIdOf(fields), fields.metric_key);
      const page = pageOf(points, fields.max_results, fields.page_token);
      return {
        metrics: page.items.map(point => metricJson(fields.metric_key, point)),
        ...page.next,
      };
    },
  ),
  route(
    'GET',
    'metrics/get-history-bulk',
    z.object({ run_id: listField(textField), metric_key: textField, max_results: optionalWhole }),
    async (tracker, fields) => {
      const metrics: object[] = [];
      for (const run of fields.run_id)
        for (const point of await history(tracker, run, fields.metric_key))
          metrics.push({ ...metricJson(fields.metric_key, point), run_id: run });
      return { metrics: metrics.slice(0, fields.max_results ?? 25_000) };
    },
  ),
];

/** As MLflow's own store orders them: by time, then step, then value. */
async function history(tracker: Tracker, id: string, key: string): Promise<LatestMetric[]> {
  const found = (await tracker.series(tracker.run(id))).find(series => series.key === key);
  if (found === undefined) return [];
  return Array.from(found.values, (value, index) => ({
    value,
    timestamp: found.times[index] ?? 0,
    step: found.steps[index] ?? 0,
  })).sort((a, b) => a.timestamp - b.timestamp || a.step - b.step || a.value - b.value);
}
