/** `process.json`: which processes a run consists of, so that any reader can tell whether they still live. */
import * as z from 'zod';

/** A process that cannot be mistaken for a later one with the same number. */
export const processIdentitySchema = z.looseObject({
  pid: z.int().positive(),
  /** When the process started, in the system's own unit (Linux: clock ticks since boot), as text; absent if unreadable. */
  startTime: z.string().optional(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

export const processRecordSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  host: z.string(),
  bootId: z.string().optional(),
  pidNamespace: z.string().optional(),
  supervisor: processIdentitySchema,
  /** Waits to take the supervisor's place, and keeps its number when it does. */
  watchdog: processIdentitySchema.optional(),
  /** Absent when the command could not be spawned. */
  child: processIdentitySchema.optional(),
  /** POSIX process group of the child (its session leader). */
  processGroup: z.int().optional(),
  startedAt: z.string(),
  /** How the command ended, noted before anything else is found out about its end. */
  ended: z
    .looseObject({
      exitCode: z.int().optional(),
      signal: z.string().optional(),
      at: z.string(),
      durationMs: z.number().nonnegative(),
    })
    .optional(),
});
export type ProcessRecord = z.infer<typeof processRecordSchema>;
