/**
 * `shared.json` in the folder of a run that came from somebody else through a git remote. Its presence means: nothing of
 * this record runs before it was shown and confirmed.
 */
import * as z from 'zod';

/**
 * `checkout`: a private one, which is thrown away, where the run ran: on this machine, or in a container if it was in one.
 * `host`: a private checkout on this machine, of a run that was in a container. `workspace`: among a person's own files.
 */
export const confirmedPlaces = ['checkout', 'host', 'workspace'] as const;
export type ConfirmedPlace = (typeof confirmedPlaces)[number];

export const sharedRecordSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  /** Name of the remote it was fetched from. */
  remote: z.string(),
  /** Without user, password or token. */
  url: z.string(),
  /** The commit under refs/lockstep/shared/ that holds it. */
  commit: z.string(),
  /** ISO 8601, UTC. */
  fetchedAt: z.string(),
  /** Who shared it first, as the record says; anybody can write anything there. */
  sharedBy: z.string().optional(),
  sharedAt: z.string().optional(),
  /** Author of the newest commit, where that is somebody else: what was said later came with it. */
  pushedBy: z.string().optional(),
  /** Hex sha256 of plan.json as it was shared: another plan under the same id is another run. */
  planSha256: z.string().optional(),
  /** When a person here has looked at what it runs and agreed; absent before. */
  confirmedAt: z.string().optional(),
  /** For which kinds of place they agreed; absent with `confirmedAt`: for a private checkout. */
  confirmedFor: z.array(z.enum(confirmedPlaces).or(z.string())).optional(),
});
export type SharedRecord = z.infer<typeof sharedRecordSchema>;

/** Whether a person here has agreed that it runs in such a place. */
export function isConfirmedFor({ confirmedAt, confirmedFor }: SharedRecord, place: ConfirmedPlace): boolean {
  return confirmedAt !== undefined && (confirmedFor ?? ['checkout']).includes(place);
}
