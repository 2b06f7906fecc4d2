/** `process.json`: which processes a run consists of, so that any reader can tell whether they still live. */
import * as z from 'zod';

/** A process that cannot be mistaken for a later one with the same number. */
export const processIdentitySchema = z.looseObject({
  pid: z.int().positive(),
  /** When the process started, in the system's own unit (Linux: clock ticks since boot), as text; absent if unreadable. */
  startTime: z.string().optional(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** Where in a container a command runs, and how a process of another day finds it again. */
export const containerRecordSchema = z.looseObject({
  /** `docker` or `podman`. */
  engine: z.string(),
  engineVersion: z.string().optional(),
  /** `unix:///run/docker.sock` */
  endpoint: z.string(),
  /** Full id. */
  id: z.string(),
  name: z.string().optional(),
  user: z.string().optional(),
  /** Where the root of the project is mounted inside. */
  workspaceFolder: z.string().optional(),
  /** When the container was started, as the engine says it: another time means that everything inside was ended. */
  startedAt: z.string().optional(),
  /** The engine's id of what was executed. */
  exec: z.string().optional(),
  /** Number inside of the shell that runs the command. */
  pid: z.int().positive().optional(),
  /** When that shell was started, in clock ticks: the number alone is given again. */
  pidStart: z.string().optional(),
  /** Its user, by the number of this machine; absent where the process does not show here. */
  owner: z.int().nonnegative().optional(),
});
export type ContainerRecord = z.infer<typeof containerRecordSchema>;

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
  /** The command runs in it; then `child`, where it is there, is how this machine knows that process. */
  container: containerRecordSchema.optional(),
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

/** Whether the command was started: in a container it may have no process that shows on the recording machine. */
export function isStarted(record: ProcessRecord | undefined): record is ProcessRecord {
  return record?.child !== undefined || record?.container?.exec !== undefined;
}
