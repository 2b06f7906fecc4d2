/** `lockstep run --json` and `lockstep rerun --json`: printed once, when the run has ended (with --detach: started). */
import * as z from 'zod';
import { runIdSchema } from '../../runs/plan.ts';

export const runOutputSchema = z.object({
  schemaVersion: z.literal(1),
  id: runIdSchema,
  state: z.enum(['preparing', 'running', 'finished', 'failed', 'cancelled', 'lost']),
  /** The run folder, absolute. */
  dir: z.string(),
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  durationMs: z.number().optional(),
  /** Outputs that were pinned at the end. */
  pinned: z
    .array(z.object({ path: z.string(), object: z.string(), pinFile: z.string().optional() }))
    .optional(),
  failure: z.object({ code: z.string(), message: z.string(), mend: z.string().optional() }).optional(),
});
export type RunOutput = z.infer<typeof runOutputSchema>;
