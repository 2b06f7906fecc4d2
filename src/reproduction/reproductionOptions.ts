/** What a reproduction is asked for: travels in the launch specification from whoever starts it to its supervisor. */
import * as z from 'zod';

export const reproductionOptionsSchema = z.object({
  /** Compare, and run, no further than this step. */
  throughStep: z.number().optional(),
  /** Stop after so many milliseconds and judge what there is. */
  forMs: z.number().positive().optional(),
  /** `python`: in an environment made once more from the captured list; else where the run ran, as it is now. */
  environment: z.enum(['recorded', 'python']).default('recorded'),
  /** Leave the private checkout behind. */
  keep: z.boolean().default(false),
  /** Outputs outside the repository that cannot be redirected may be written again in place. */
  allowOutsideWrites: z.boolean().default(false),
  /** In a container of its own: whether it has the network that the run had. */
  network: z.boolean().default(true),
  /** By metric pattern, the last that matches counts. */
  tolerances: z
    .array(
      z.object({
        pattern: z.string(),
        tolerance: z.object({ rtol: z.number().nonnegative(), atol: z.number().nonnegative() }),
      }),
    )
    .default([]),
  volatile: z
    .object({ metrics: z.array(z.string()), outputs: z.array(z.string()) })
    .default({ metrics: [], outputs: [] }),
});
export type ReproductionOptions = z.infer<typeof reproductionOptionsSchema>;
