/**
 * Removes the checkouts that reproductions left behind whose supervisor was killed. Invariant: a folder goes only when
 * it says whose it is, nobody asked to keep it, and its run has ended.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { readRunEnd } from '../../execution/runEnd.ts';
import { runIdSchema } from '../../runs/plan.ts';
import { runPaths } from '../../runs/runPaths.ts';

const ownerSchema = z.looseObject({ store: z.string(), id: runIdSchema, keep: z.boolean() });
export type CheckoutOwner = z.infer<typeof ownerSchema>;

const ownerName = '.owner.json';

/** Says whose the folder of a checkout is. */
export async function markCheckout(base: string, owner: CheckoutOwner): Promise<void> {
  await writeJsonAtomic(join(base, ownerName), owner);
}

/** Failures are nobody's loss: the next reproduction looks again. */
export async function sweepCheckouts(folder: string, ownId: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name === ownId) continue;
    const base = join(folder, name);
    try {
      const owner = ownerSchema.parse(JSON.parse(await readFile(join(base, ownerName), 'utf8')));
      if (owner.keep || owner.id !== name) continue;
      const end = await readRunEnd(runPaths(owner.store, owner.id));
      // A run that has just ended is still being judged by its supervisor.
      if (end?.state === 'lost' && !end.stillRunning) await rm(base, { recursive: true, force: true });
    } catch {
      // Not ours to judge.
    }
  }
}
