/** Which container a run is to execute in, as its launcher found it. It lies in `launch.json`: nothing secret in it. */
import type * as z from 'zod';
import { environmentIdentitySchema } from '../../runs/plan.ts';
import { containerRecordSchema } from '../../runs/processRecord.ts';

/** `environment` of a launch. */
export const launchEnvironmentSchema = environmentIdentitySchema
  .pick({ kind: true, lock: true, drift: true, driftItems: true, python: true })
  .extend({
    /** For the kind `devcontainer`. */
    target: containerRecordSchema.optional(),
  });
export type LaunchEnvironment = z.infer<typeof launchEnvironmentSchema>;
