/** `annotations/<ulid>.json` and `requests/<ulid>.json`: what people say to a run. Anyone writes, one file an act. */
import * as z from 'zod';

/** Only the fields that change are present. Merged in the order of the file names. */
export const annotationSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  at: z.string(),
  name: z.string().nullable().optional(),
  note: z.string().nullable().optional(),
  addTags: z.array(z.string()).optional(),
  removeTags: z.array(z.string()).optional(),
  star: z.boolean().optional(),
  archived: z.boolean().optional(),
});
export type Annotation = z.infer<typeof annotationSchema>;

/** How far a reproduction was to go, where it did: a step, or a time in milliseconds. */
export const reachedPartSchema = z.looseObject({
  throughStep: z.number().optional(),
  forMs: z.number().positive().optional(),
});
export type ReachedPart = z.infer<typeof reachedPartSchema>;

export const requestSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  at: z.string(),
  /** `cancel` ends the run; `chart-lines` turns `key: value` lines into metrics, from the first line on. */
  kind: z.enum(['cancel', 'chart-lines']).or(z.string()),
  /** Of a `cancel` that nobody asked for: the part of a reproduction that was wanted is there. */
  reached: reachedPartSchema.optional(),
});
export type RunRequest = z.infer<typeof requestSchema>;
