/** `lockstep import --json`. */
import * as z from 'zod';
import { importKinds } from '../../imports/importKind.ts';
import { runIdSchema } from '../../runs/plan.ts';

export const importOutputSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(importKinds),
  /** What was imported, absolute. */
  path: z.string(),
  /** New records. */
  imported: z.array(runIdSchema),
  /** Records whose source had changed since the last import. */
  renewed: z.array(runIdSchema),
  unchanged: z.array(runIdSchema),
  /** Runs that Lockstep recorded itself while they ran, with the ids of their records. */
  recorded: z.array(z.object({ what: z.string(), id: runIdSchema })),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })),
});
export type ImportOutput = z.infer<typeof importOutputSchema>;
