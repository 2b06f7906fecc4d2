/**
 * What `launch.json` says of a run whose plan is not written yet, so that it can be shown and found by its name from
 * the first moment. The whole file is the supervisor's to read; only what a summary shows is looked at here.
 */
import * as z from 'zod';
import { runIdSchema } from './plan.ts';

export const announcementSchema = z.looseObject({
  createdAt: z.string().optional(),
  argv: z.array(z.string()).default([]),
  name: z.string().optional(),
  tags: z.array(z.string()).default([]),
  experiment: z.string().optional(),
  reproduces: runIdSchema.optional(),
  rerunOf: runIdSchema.optional(),
  purpose: z.string().optional(),
});
export type Announcement = z.infer<typeof announcementSchema>;
