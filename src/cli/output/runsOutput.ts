/** `lockstep runs --json`: newest first, or as --sort says. */
import * as z from 'zod';
import { reachedPartSchema } from '../../runs/annotation.ts';
import { parameterValueSchema, runIdSchema } from '../../runs/plan.ts';
import { metricSummarySchema } from '../../runs/result.ts';
import { verdictWordSchema } from '../../runs/verdict.ts';

export const runStateSchema = z.enum(['preparing', 'running', 'finished', 'failed', 'cancelled', 'lost']);

export const runSummaryOutputSchema = z.looseObject({
  id: runIdSchema,
  state: runStateSchema,
  /** What takes long before the command starts, one line; only while it does. */
  preparing: z.string().optional(),
  /** A process of the run lives; also true for a lost run whose command goes on. */
  stillRunning: z.boolean(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  durationMs: z.number().optional(),
  name: z.string().optional(),
  note: z.string().optional(),
  tags: z.array(z.string()),
  star: z.boolean(),
  archived: z.boolean(),
  experiment: z.string().optional(),
  argv: z.array(z.string()),
  cwd: z.string(),
  parameters: z.record(z.string(), parameterValueSchema),
  metrics: z.record(z.string(), metricSummarySchema),
  head: z.string().optional(),
  branch: z.string().optional(),
  changedCount: z.number().optional(),
  codeKnown: z.enum(['captured', 'declared', 'unknown']),
  exitCode: z.number().optional(),
  signal: z.string().optional(),
  failure: z.string().optional(),
  /** Of a `cancelled` reproduction that got as far as was asked. */
  reached: reachedPartSchema.optional(),
  reproduces: runIdSchema.optional(),
  rerunOf: runIdSchema.optional(),
  /** What a reproduction that attests nothing is for; with --children. */
  purpose: z.enum(['probe', 'trial']).or(z.string()).optional(),
  /** The run that this one is a child run of; with --children. */
  parent: runIdSchema.optional(),
  childRuns: z.int().nonnegative().optional(),
  /** The kind of source that it was imported from. */
  importedFrom: z.string().optional(),
  /** Of a run that came from somebody else: who shared it, '' where nobody says. */
  sharedBy: z.string().optional(),
  /** What the program itself tagged its run with. */
  reportedTags: z.record(z.string(), z.string()).optional(),
  verdicts: z.array(
    z.looseObject({
      reproductionId: runIdSchema,
      verdict: verdictWordSchema.or(z.string()),
      at: z.string(),
      host: z.string().optional(),
      throughStep: z.number().optional(),
      /** The step from which on it is diverged, where its sentence tells one. */
      divergedFrom: z.number().optional(),
      /** Who brought it here, of a verdict that was fetched. */
      broughtBy: z.string().optional(),
    }),
  ),
  problem: z.string().optional(),
});

export const runsOutputSchema = z.object({
  schemaVersion: z.literal(1),
  runs: z.array(runSummaryOutputSchema),
  /** How many runs the filter found, before --limit. */
  total: z.int().nonnegative(),
});
export type RunsOutput = z.infer<typeof runsOutputSchema>;
