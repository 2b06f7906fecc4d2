/**
 * `launch.json`: what the launcher asks of the supervisor. It lies on disk, so it holds no secret: the environment and
 * the words of the command that look like secrets travel to the supervisor through a pipe (see privateInput.ts).
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { runIdSchema } from '../runs/plan.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { trackingRulesSchema } from '../tracking/trackingRules.ts';
import { launchUnreadable } from './errors.ts';
import { launchEnvironmentSchema } from './inside/containerTarget.ts';

export const launchVersion = 1;

export const launchSpecSchema = z.object({
  schemaVersion: z.int().positive(),
  id: runIdSchema,
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  toolVersion: z.string(),
  /** Absolute. */
  store: z.string(),
  /** Absolute path of the repository, or of the project folder outside git. */
  root: z.string(),
  /** Absolute folder the command runs in. */
  cwd: z.string(),
  /** One word an entry; words that look like secrets are replaced. */
  argv: z.array(z.string()).min(1),
  secretArguments: z.array(z.int()).default([]),
  name: z.string().optional(),
  tags: z.array(z.string()).default([]),
  experiment: z.string().optional(),
  environment: launchEnvironmentSchema.default({ kind: 'host' }),
  declaredInputs: z.array(z.string()).default([]),
  declaredOutputs: z.array(z.string()).default([]),
  metricLines: z.boolean().default(false),
  /** Outputs to pin at the end: true for those declared (else those seen), or paths relative to the root. */
  pinOutputs: z.union([z.boolean(), z.array(z.string())]).optional(),
  /** Files and patterns that `lockstep.yaml` names. */
  tracking: trackingRulesSchema.default({ files: [], patterns: [] }),
  /** Whether the command gets an MLflow tracking endpoint of its own, and files of tracking libraries are followed. */
  track: z.boolean().default(true),
  stdin: z.enum(['empty', 'stored', 'terminal']).default('empty'),
  tty: z.boolean().default(false),
  /** The program is told that colours are shown: the person watches in a colour terminal. */
  colour: z.boolean().default(false),
  /** Whether Python programs are observed by the audit hook. */
  pythonHook: z.boolean().default(true),
  /** Record a hash of every tensor operation, where the program's framework can. */
  recordOperations: z.boolean().default(false),
  /** How long the tree may take after SIGINT and after SIGTERM, in milliseconds. */
  grace: z
    .object({ interruptMs: z.number().nonnegative(), terminateMs: z.number().nonnegative() })
    .default({ interruptMs: 10_000, terminateMs: 5_000 }),
  resourcesEveryMs: z.number().positive().default(5_000),
  reproduces: runIdSchema.optional(),
  rerunOf: runIdSchema.optional(),
  /** Of a reproduction that attests nothing, see the plan. */
  purpose: z.enum(['probe', 'trial']).optional(),
  /** Options of the hooks that this run is supervised with, theirs to read. */
  options: z.record(z.string(), z.unknown()).default({}),
});
export type LaunchSpec = z.infer<typeof launchSpecSchema>;
/** As a caller may write it: fields with a default can be left out. */
export type LaunchSpecInput = z.input<typeof launchSpecSchema>;

/** The request of the run in `paths`. Rejects with `launch-unreadable`. */
export async function readLaunchSpec(paths: RunPaths): Promise<LaunchSpec> {
  try {
    return launchSpecSchema.parse(JSON.parse(await readFile(paths.launch, 'utf8')));
  } catch (error) {
    throw launchUnreadable(paths.dir, error);
  }
}
