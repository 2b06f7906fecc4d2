/** `lockstep show --json`: the whole record of one run. */
import * as z from 'zod';
import { capturedSchema } from '../../runs/captured.ts';
import { causeReportSchema } from '../../runs/causeReport.ts';
import { determinismProbeSchema } from '../../runs/determinismProbe.ts';
import { planSchema, runIdSchema } from '../../runs/plan.ts';
import { processRecordSchema } from '../../runs/processRecord.ts';
import { reportedSchema } from '../../runs/reported.ts';
import { resultSchema } from '../../runs/result.ts';
import { sharedRecordSchema } from '../../runs/sharedRecord.ts';
import { verdictSchema } from '../../runs/verdict.ts';
import { runStateSchema } from './runsOutput.ts';

export const showOutputSchema = z.object({
  schemaVersion: z.literal(1),
  id: runIdSchema,
  state: runStateSchema,
  stillRunning: z.boolean(),
  /** The run folder, absolute. */
  dir: z.string(),
  name: z.string().optional(),
  note: z.string().optional(),
  tags: z.array(z.string()),
  /** Of those, who brought what was not said here: '' for somebody without a name. */
  annotationsBy: z
    .object({
      name: z.string().optional(),
      note: z.string().optional(),
      tags: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  star: z.boolean(),
  archived: z.boolean(),
  /** Absent while not yet written, or unreadable; the latter is then among the problems. */
  plan: planSchema.optional(),
  process: processRecordSchema.optional(),
  captured: capturedSchema.optional(),
  result: resultSchema.optional(),
  /** What the program said through a tracking library, also while it goes on. */
  reported: reportedSchema.optional(),
  /** Of a run that somebody shared: where it came from. */
  shared: sharedRecordSchema.optional(),
  childRuns: z.array(z.object({ id: runIdSchema, state: runStateSchema, name: z.string().optional() })),
  /** Files logged as artifacts and those of models; the first 10,000. */
  artifacts: z.array(z.object({ path: z.string(), kind: z.enum(['file', 'link']), size: z.number() })),
  /** How many images, texts, histograms… it logged, by kind. */
  media: z.record(z.string(), z.int().nonnegative()),
  verdicts: z.array(verdictSchema),
  /** Of a reproduction: what it came to. The verdicts above are those of reproductions of this run. */
  verdict: verdictSchema.optional(),
  /** What `find-cause` found between this run and another, oldest first. */
  causes: z.array(causeReportSchema),
  /** Oldest first. */
  probes: z.array(z.looseObject({ probeId: z.string(), ...determinismProbeSchema.shape })),
  problems: z.array(z.string()),
});
export type ShowOutput = z.infer<typeof showOutputSchema>;
