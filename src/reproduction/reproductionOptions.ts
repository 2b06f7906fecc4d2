/** What a reproduction is asked for: travels in the launch specification from whoever starts it to its supervisor. */
import * as z from 'zod';

export const reproductionOptionsSchema = z.object({
  /** Compare, and run, no further than this step. */
  throughStep: z.number().optional(),
  /** Start from this checkpoint of the original: the path of one of its outputs, relative to the root. */
  checkpoint: z.string().optional(),
  /** How the program is told to: words behind its command, in which `{checkpoint}` stands for the path. */
  resume: z.array(z.string()).optional(),
  /** The GPU to run on, as `nvidia-smi` or ROCm's tools name it: a UUID or an index. The recorded ones when left out. */
  gpu: z.string().optional(),
  /** What this reproduction is for; those of a probe or a trial are no attestations, and get no verdict. */
  purpose: z.enum(['attest', 'probe', 'trial']).default('attest'),
  /** Set over everything else in the environment of the command: one suspected ingredient set back, or tried out. */
  variables: z.record(z.string(), z.string().nullable()).default({}),
  /** Recorded inputs, or folders of them, that somebody else's program may read though they are not the recorded ones. */
  give: z.array(z.string()).default([]),
  /** Recorded inputs that are gone and that it goes on without: the verdict is inconclusive then, where the two differ. */
  without: z.array(z.string()).default([]),
  /** Content of other files in place of inputs that have changed since: path as recorded → absolute path. */
  inputs: z.record(z.string(), z.string()).default({}),
  /** With `environment: python`: another list of packages of the store than the captured one, by its name. */
  packages: z.string().optional(),
  /** Of a trial: another tree of the snapshot store in place of the recorded one, its id. */
  tree: z
    .string()
    .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
    .optional(),
  /** Record a hash of every tensor operation, where the program's framework can (PyTorch 2.10 and newer). */
  recordOperations: z.boolean().default(false),
  /** Stop after so many milliseconds and judge what there is. */
  forMs: z.number().positive().optional(),
  /**
   * `recorded`: as the run recorded it, or as close as can be had. `python`: in an environment made once more from the
   * captured list. `host`: on this machine as it is.
   */
  environment: z.enum(['recorded', 'python', 'host']).default('recorded'),
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
        from: z.enum(['command', 'experiment']).optional(),
      }),
    )
    .default([]),
  /** Sentences that the verdict says, too: where its rules come from. */
  notes: z.array(z.string()).default([]),
  volatile: z
    .object({ metrics: z.array(z.string()), outputs: z.array(z.string()) })
    .default({ metrics: [], outputs: [] }),
});
export type ReproductionOptions = z.infer<typeof reproductionOptionsSchema>;
