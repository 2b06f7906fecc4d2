/** What `lockstep report --json` prints. */
import * as z from 'zod';
import { causeReportSchema } from '../../runs/causeReport.ts';
import { verdictSchema } from '../../runs/verdict.ts';

export const reportOutputSchema = z.looseObject({
  schemaVersion: z.literal(1),
  /** Name of the original, or its command. */
  label: z.string(),
  command: z.string().optional(),
  verdict: verdictSchema,
  /** The newest about this reproduction. */
  cause: causeReportSchema.optional(),
});
