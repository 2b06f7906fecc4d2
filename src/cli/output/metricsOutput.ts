/** `lockstep metrics --format json`. */
import * as z from 'zod';
import { runIdSchema } from '../../runs/plan.ts';
import { metricValueSchema } from '../../runs/result.ts';

export const metricsOutputSchema = z.object({
  schemaVersion: z.literal(1),
  id: runIdSchema,
  /** One for each metric and rank, columns of the same length in the order of arrival. */
  series: z.array(
    z.object({
      key: z.string(),
      /** Of a distributed run; null without ranks. */
      rank: z.int().nullable(),
      steps: z.array(z.number()),
      /** Milliseconds since the epoch. */
      times: z.array(z.number()),
      values: z.array(metricValueSchema),
    }),
  ),
});
export type MetricsOutput = z.infer<typeof metricsOutputSchema>;
