/** Finds the removed run that a person means, by the same words as one that is there: an id, a part of one, a name. */
import { LockstepError } from '../base/lockstepError.ts';
import type { HostIdentity } from '../base/processIdentity.ts';
import { runNotFound, runNotInTrash } from './errors.ts';
import { readRunDetails } from './readRun.ts';
import { resolveRun } from './resolveRun.ts';
import type { StorePath } from './runPaths.ts';
import { summariseRun, type RunSummary } from './runSummary.ts';
import { listTrash } from './trash.ts';

/** Full id. Throws `run-not-in-trash`, or `run-ambiguous` with the candidates. */
export async function resolveTrashed(
  store: StorePath,
  reference: string,
  here: HostIdentity,
): Promise<string> {
  if (reference === '') throw runNotFound(reference);
  // One that was removed, imported anew and removed again lies there twice; the last counts.
  const trashed = new Map((await listTrash(store)).toReversed().map(one => [one.id, one.dir]));
  if (trashed.has(reference.toUpperCase())) return reference.toUpperCase();
  const summaries: RunSummary[] = [];
  for (const [id, dir] of trashed) {
    const details = await readRunDetails(id, dir, here).catch(() => undefined);
    if (details !== undefined) summaries.push(summariseRun(details));
  }
  try {
    return resolveRun(reference, summaries);
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'run-not-found') throw runNotInTrash(reference);
    throw error;
  }
}
