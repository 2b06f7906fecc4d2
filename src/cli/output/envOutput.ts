/** What `lockstep env lock` and `lockstep env verify` print with `--json`. */
import * as z from 'zod';

export const envLockOutputSchema = z.object({
  schemaVersion: z.literal(1),
  /** Absolute path of the project. */
  root: z.string(),
  kind: z.enum(['devcontainer', 'python']),
  /** Absolute path of the lock. */
  path: z.string(),
  /** sha256 of the file, hex: what runs record. */
  sha256: z.string(),
  /** False where the file said the same before. */
  changed: z.boolean(),
  /** Python: the interpreter whose environment was locked. */
  interpreter: z.string().optional(),
  /** What makes the lock weaker than it could be. */
  notes: z.array(z.string()),
  lock: z.looseObject({}),
});

export const envVerifyOutputSchema = z.object({
  schemaVersion: z.literal(1),
  root: z.string(),
  kind: z.enum(['devcontainer', 'python']),
  path: z.string(),
  interpreter: z.string().optional(),
  verdict: z.enum(['clean', 'drifted', 'unlocked', 'unknown']),
  /** sha256 of the lock file, hex; absent where there is none. */
  lock: z.string().optional(),
  items: z.array(
    z.object({
      part: z.string(),
      name: z.string(),
      locked: z.string().optional(),
      now: z.string().optional(),
      /** `must-match` makes it drift; `informational` is told only. */
      weight: z.enum(['must-match', 'informational']),
      cause: z.string(),
    }),
  ),
  /** Looked at, cheap first. */
  tiers: z.array(z.string()),
  problems: z.array(z.string()),
});
