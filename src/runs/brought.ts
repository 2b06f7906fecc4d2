/**
 * `brought.json` in the folder of a run: which of its statements (verdicts, annotations, probes, causes) others brought
 * here, and who. Ours alone: it is never shared and never fetched, so nobody can write another name into it.
 */
import * as z from 'zod';

export const broughtSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  /** By name in the run folder: `verdicts/<reproduction id>.json`. */
  statements: z.record(
    z.string(),
    z.looseObject({
      /** Who pushed it first, as the record says; '' where it names nobody. */
      by: z.string(),
      /** Name of the remote. */
      remote: z.string(),
      /** Without user, password or token. */
      url: z.string(),
      commit: z.string(),
      /** ISO 8601, UTC. */
      fetchedAt: z.string(),
    }),
  ),
});
export type Brought = z.infer<typeof broughtSchema>;
