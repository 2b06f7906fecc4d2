/**
 * `probes/<ulid>.json` in the folder of the probed run: what two short, identical executions of it differ by on one
 * machine. Invariant: a band is learnt from executions that no verdict is about.
 */
import * as z from 'zod';
import { runIdSchema } from './plan.ts';
import { metricValueSchema } from './result.ts';

export const noiseBandSchema = z.looseObject({
  /** Of the metric, with ` [rank n]` for ranks other than 0. */
  key: z.string(),
  /** Every common point is equal. */
  identical: z.boolean(),
  comparedPoints: z.int().nonnegative(),
  firstDifferingStep: z.number().optional(),
  /** Last step of the band. */
  throughStep: z.number().optional(),
  maxRelativeDifference: metricValueSchema.optional(),
  maxAbsoluteDifference: metricValueSchema.optional(),
});
export type NoiseBand = z.infer<typeof noiseBandSchema>;

export const determinismProbeSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  /** ISO 8601, UTC. */
  at: z.string(),
  host: z.string(),
  runId: runIdSchema,
  /** The reproductions that were compared with each other. */
  reproductionIds: z.array(runIdSchema).min(2),
  identical: z.boolean(),
  /** The first sentence: `Two runs of 200 steps are identical on this machine.` */
  sentence: z.string(),
  bands: z.array(noiseBandSchema),
  /** Outputs whose bytes differ between the two. */
  differingOutputs: z.array(z.string()).default([]),
});
export type DeterminismProbe = z.infer<typeof determinismProbeSchema>;
