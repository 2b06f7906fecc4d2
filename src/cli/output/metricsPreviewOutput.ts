/** `lockstep metrics --preview-lines --json`. */
import * as z from 'zod';
import { runIdSchema } from '../../runs/plan.ts';
import { metricValueSchema } from '../../runs/result.ts';

export const metricsPreviewOutputSchema = z.object({
  schemaVersion: z.literal(1),
  id: runIdSchema,
  /** What would become metrics, in the order of their first lines. */
  lines: z.array(
    z.object({
      key: z.string(),
      /** The first line that it was found in, shortened. */
      line: z.string(),
      value: metricValueSchema,
      /** Absent when the line does not say: then the points are counted. */
      step: z.number().optional(),
      /** How many of the lines have it. */
      lines: z.int().positive(),
    }),
  ),
});
export type MetricsPreviewOutput = z.infer<typeof metricsPreviewOutputSchema>;
