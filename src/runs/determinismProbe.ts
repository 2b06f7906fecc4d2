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
  /** Never counted in a verdict, and not in `identical` of the probe. */
  volatile: z.boolean().optional(),
  /** What the differences look like; absent when there are none, or when they are no numbers. */
  noise: z
    .looseObject({
      /**
       * How large differences are (root mean square) at some steps, growing; between two of them the logarithm is a
       * straight line, outside it stays.
       */
      scale: z.array(z.looseObject({ step: z.number(), size: z.number().positive() })).min(1),
      /** In points: of so many neighbours one counts. */
      correlation: z.number(),
      /** Values behind the size at one step that do not repeat one another. */
      freedom: z.number().positive(),
      /** Largest difference in units of the size at its step. */
      largest: z.number(),
      /** From the first difference on. */
      points: z.int().positive(),
      /** Differences begin late, jump, or go away again: each is the trace of an event that has its own moment. */
      events: z.boolean(),
      /** How many times differences began anew after equal points; older probes do not say. */
      beginnings: z.int().nonnegative().optional(),
    })
    .optional(),
});
export type NoiseBand = z.infer<typeof noiseBandSchema>;

export const determinismProbeSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  /** ISO 8601, UTC. */
  at: z.string(),
  host: z.string(),
  /** Processor and GPUs of the machine, where they are known: another one has other noise. */
  machine: z.looseObject({ cpuModel: z.string().optional(), gpus: z.array(z.string()) }).optional(),
  runId: runIdSchema,
  /** The reproductions that were compared with each other. */
  reproductionIds: z.array(runIdSchema).min(2),
  identical: z.boolean(),
  /** The part that both executions have. */
  throughStep: z.number().optional(),
  /** The first sentence: `Two runs through step 199 are identical on this machine.` */
  sentence: z.string(),
  bands: z.array(noiseBandSchema),
  /** Outputs whose bytes differ between the two. */
  differingOutputs: z.array(z.string()).default([]),
});
export type DeterminismProbe = z.infer<typeof determinismProbeSchema>;
