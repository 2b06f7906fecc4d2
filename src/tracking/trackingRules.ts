/** What `lockstep.yaml` says about how metrics get in, for an experiment or for every run of the repository. */
import * as z from 'zod';
import { isMetricPattern } from './metricPattern.ts';

export const trackingRulesSchema = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).describe('File or pattern (*, ?, **), relative to the repository.'),
        format: z
          .enum(['csv', 'jsonl'])
          .optional()
          .describe('Told from the ending and the content when left out.'),
        step: z.string().optional().describe('Column or key that holds the step.'),
        prefix: z.string().optional().describe('Put before the names of its metrics, with a slash.'),
      }),
    )
    .default([])
    .describe('Tables and JSON lines files that hold metrics.'),
  patterns: z
    .array(
      z
        .string()
        .refine(isMetricPattern, 'not a regular expression with a named group, as in loss=(?<loss>[\\d.]+)'),
    )
    .default([])
    .describe(
      'Regular expressions for lines on standard output. Each named group is a metric; the groups step and epoch give the step. Groups (?<name>…) and (?<value>…) together give any metric.',
    ),
});
export type TrackingRules = z.infer<typeof trackingRulesSchema>;
