/** `lockstep share push|fetch|link|export --json`. */
import * as z from 'zod';
import { runIdSchema } from '../../runs/plan.ts';

const findingSchema = z.object({
  /** In the snapshot, relative to the root; of the record `record/…`; `commit <id>` for its message; '' for all. */
  path: z.string(),
  /** From 1; 0 or absent where the file as a whole is meant. */
  line: z.int().nonnegative().optional(),
  what: z.string(),
});

/** Of what goes along byte for byte: which folder of its author's it names. By path in the record. */
const namingSchema = z.object({ path: z.string(), what: z.string() });

export const sharePushOutputSchema = z.object({
  schemaVersion: z.literal(1),
  runs: z.array(
    z.object({
      id: runIdSchema,
      /** `refused`: nothing was sent, `findings` say why. */
      state: z.enum(['shared', 'updated', 'unchanged', 'refused']),
      remote: z.string(),
      /** Without credentials. */
      url: z.string(),
      ref: z.string(),
      commit: z.string().optional(),
      findings: z.array(findingSchema),
      /** Files that hosts advise against. */
      large: z.array(findingSchema),
      /** Packed files that were not looked into, or not wholly; why. */
      unread: z.array(findingSchema),
      naming: z.array(namingSchema),
      /** Of what was sent: everybody who fetches runs gets it. `large` is empty where it is small. */
      record: z
        .object({
          bytes: z.number(),
          large: z.array(z.object({ path: z.string(), bytes: z.number() })),
        })
        .optional(),
      sent: z.object({ objects: z.int(), bytes: z.number() }).optional(),
      data: z
        .object({
          pushed: z.int(),
          present: z.int(),
          bytes: z.number(),
          troubles: z.array(z.object({ path: z.string(), why: z.string() })),
        })
        .optional(),
      /** What somebody else will not have. */
      lacks: z.array(
        z.object({
          kind: z.string(),
          what: z.string(),
          why: z.string(),
          /** Where the kind does not say it: whether the run cannot be reproduced without it. */
          needed: z.boolean().optional(),
        }),
      ),
    }),
  ),
});

export const shareFetchOutputSchema = z.object({
  schemaVersion: z.literal(1),
  remote: z.string(),
  /** Without credentials. */
  url: z.string(),
  fetched: z.array(
    z.object({
      id: runIdSchema,
      /** `own`: it was recorded here, and got the verdicts of others. */
      how: z.enum(['new', 'updated', 'own']),
      /** Who shared it first, as the record says; anybody can write anything there. */
      sharedBy: z.string().optional(),
      /** That were not here before. */
      verdicts: z.int(),
    }),
  ),
  unchanged: z.int(),
  refused: z.array(z.object({ id: z.string(), why: z.string() })),
});

export const shareLinkOutputSchema = z.object({
  schemaVersion: z.literal(1),
  link: z.string(),
  /** Address that is in it, without credentials. */
  remote: z.string(),
  id: runIdSchema,
  /** That do the same by hand. */
  commands: z.array(z.string()),
  /** Whether the remote has it. */
  shared: z.boolean(),
});

export const shareExportOutputSchema = z.object({
  schemaVersion: z.literal(1),
  id: runIdSchema,
  /** `refused`: nothing was written, `findings` say why. */
  state: z.enum(['exported', 'refused']),
  path: z.string(),
  bytes: z.number(),
  files: z.int(),
  findings: z.array(findingSchema),
  /** Packed files that were not looked into, or not wholly; why. */
  unread: z.array(findingSchema),
  /** What the run read and the file does not hold. */
  missing: z.array(z.string()),
  /** Images, artifacts and files of models that are not in it, and why. */
  left: z.array(z.object({ path: z.string(), why: z.string() })),
  naming: z.array(namingSchema),
});
