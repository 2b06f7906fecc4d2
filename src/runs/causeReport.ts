/**
 * `causes/<ulid>.json` in the folder of the original run: what was tried to find the cause of a divergence, a short
 * rerun for each suspected ingredient, and what it showed.
 */
import * as z from 'zod';
import { runIdSchema } from './plan.ts';
import { differingOperationSchema, ingredientNameSchema } from './verdict.ts';

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
  /** With `noise`: the first step at which it is further from the original than noise. */
  apartAt: z.number().optional(),
  /** With `noise`: it is no further than noise from either run, or a second one came out otherwise. */
  unclear: z.boolean().optional(),
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
  /** The run once more with nothing set back: where it joins, or is like neither run, the program is not deterministic. */
  control: causeTrialSchema.omit({ ingredient: true, restored: true }).optional(),
  trials: z.array(causeTrialSchema),
  /**
   * The program is not like itself, so a trial joins that is within the noise of the original, twice: by so many
   * determinism probes, or earlier reproductions.
   */
  noise: z.looseObject({ probes: z.int().optional(), reproductions: z.int().optional() }).optional(),
  culprit: z.looseObject({ ingredient: ingredientNameSchema, restored: z.string() }).optional(),
  /** All of them, where it took several together. */
  culprits: z.array(z.looseObject({ ingredient: ingredientNameSchema, restored: z.string() })).optional(),
  /** Inputs that were other ones when the runs parted than for the control, which joins: hashes. */
  since: z.array(z.looseObject({ path: z.string(), then: z.string(), now: z.string() })).optional(),
  /** What differs and could not be set back. */
  untried: z
    .array(z.looseObject({ ingredient: ingredientNameSchema, restored: z.string(), problem: z.string() }))
    .optional(),
  /** The run that diverged was made on another machine than the trials. */
  elsewhere: z.looseObject({ host: z.string() }).optional(),
  /** Two executions under the same conditions differ. */
  deterministic: z.boolean().optional(),
  /** Somebody stopped it before the last trial. */
  cancelled: z.boolean().optional(),
  /** The first operation whose tensors differ, where the program could record them. */
  operation: differingOperationSchema.optional(),
  /** The first sentence: names the culprit, or says that none of the trials joined. */
  sentence: z.string(),
});
export type CauseReport = z.infer<typeof causeReportSchema>;
