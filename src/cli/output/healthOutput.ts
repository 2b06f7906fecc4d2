/** What `lockstep health --json` prints. */
import * as z from 'zod';
import { runHealthSchema } from '../../runs/runHealth.ts';

export const healthOutputSchema = z.object({
  schemaVersion: z.literal(1),
  /** In the order in which they were named; of starred runs the newest first. */
  runs: z.array(runHealthSchema),
});
