/**
 * `causes/<ulid>.json` in the folder of the original run: what was tried to find the cause of a divergence, a short
 * rerun for each suspected ingredient, and what it showed.
 */
import * as z from 'zod';
import { runIdSchema } from './plan.ts';
import { ingredientNameSchema } from './verdict.ts';

export const causeTrialSchema = z.looseObject({
  ingredient: ingredientNameSchema,
  /** What was set back to the original, one line: `OMP_NUM_THREADS 2 → 1`. */
  restored: z.string(),
  /** Absent where the trial could not be made; then `problem` says why. */
  reproductionId: runIdSchema.optional(),
  /** The curves join: the trial equals the original through the step where the divergence was. */
  joins: z.boolean().optional(),
  /** Last step through which it equals the original. */
  identicalThrough: z.number().optional(),
  problem: z.string().optional(),
});
export type CauseTrial = z.infer<typeof causeTrialSchema>;

export const causeReportSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  /** ISO 8601, UTC. */
  at: z.string(),
  host: z.string(),
  runId: runIdSchema,
  /** The run that diverged from it. */
  reproductionId: runIdSchema,
  /** The step up to which each trial ran. */
  throughStep: z.number().optional(),
  trials: z.array(causeTrialSchema),
  culprit: z.looseObject({ ingredient: ingredientNameSchema, restored: z.string() }).optional(),
  /** The first operation whose tensors differ, where the program could record them. */
  operation: z
    .looseObject({ name: z.string(), file: z.string().optional(), line: z.int().optional(), index: z.int() })
    .optional(),
  /** The first sentence: names the culprit, or says that none of the trials joined. */
  sentence: z.string(),
});
export type CauseReport = z.infer<typeof causeReportSchema>;
