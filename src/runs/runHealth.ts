/** What is about to make a run impossible to reproduce, with the mend. Also the body of `lockstep health --json`. */
import * as z from 'zod';
import { runIdSchema } from './plan.ts';
import { ingredientNameSchema } from './verdict.ts';

export const healthProblemSchema = z.looseObject({
  code: z
    .enum([
      'commit-unpushed',
      'snapshot-missing',
      'snapshot-local-only',
      'data-missing',
      'data-not-in-remote',
      'data-unpinned',
      'image-missing',
      'image-local-only',
      'packages-unavailable',
      'input-changed',
    ])
    .or(z.string()),
  ingredient: ingredientNameSchema,
  /** `gone`: it cannot be reproduced any more. `at-risk`: only this machine has it. */
  severity: z.enum(['gone', 'at-risk']),
  /** One sentence. */
  message: z.string(),
  /** What to do, with the command. */
  mend: z.string().optional(),
});
export type HealthProblem = z.infer<typeof healthProblemSchema>;

export const runHealthSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  runId: runIdSchema,
  /** ISO 8601, UTC. */
  at: z.string(),
  problems: z.array(healthProblemSchema),
  /** What could not be asked, one line each: a remote that does not answer. */
  unchecked: z.array(z.string()).default([]),
});
export type RunHealth = z.infer<typeof runHealthSchema>;
