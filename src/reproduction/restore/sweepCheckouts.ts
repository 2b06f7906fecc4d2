/**
 * Removes the checkouts that reproductions left behind whose supervisor was killed. Invariant: a folder goes only when
 * it says whose it is, nobody asked to keep it, and its run has ended.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { readProcessRecord, readRunEnd } from '../../execution/runEnd.ts';
import { runIdSchema } from '../../runs/plan.ts';
import { runPaths } from '../../runs/runPaths.ts';
import { supervisorLives } from '../../runs/runState.ts';

const ownerSchema = z.looseObject({ store: z.string(), id: runIdSchema, keep: z.boolean() });
export type CheckoutOwner = z.infer<typeof ownerSchema>;

const ownerName = '.owner.json';

/** Says whose the folder of a checkout is. */
export async function markCheckout(base: string, owner: CheckoutOwner): Promise<void> {
  await writeJsonAtomic(join(base, ownerName), owner);
}

/** Whether the folder says that it is this one's. */
export async function isCheckoutOf(
  base: string,
  { store, id }: Pick<CheckoutOwner, 'store' | 'id'>,
): Promise<boolean> {
  const owner = await readOwner(base).catch(() => undefined);
  return owner?.store === store && owner.id === id;
}

async function readOwner(base: string): Promise<CheckoutOwner> {
  return ownerSchema.parse(JSON.parse(await readFile(join(base, ownerName), 'utf8')));
}

/**
 * Failures are nobody's loss: the next reproduction looks again.
 * @param judge Called with the owner of what is to go: while its files are there they can still be compared.
 */
export async function sweepCheckouts(
  folder: string,
  ownId: string,
  judge: (owner: CheckoutOwner) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name === ownId) continue;
    const base = join(folder, name);
    try {
      const owner = await readOwner(base);
      if (owner.keep || owner.id !== name) continue;
      const paths = runPaths(owner.store, owner.id);
      const end = await readRunEnd(paths);
      if (end === undefined || end.stillRunning) continue;
      // A run that has just ended is still being judged by its supervisor.
      const record = await readProcessRecord(paths);
      const isOver = record === undefined || (await supervisorLives(record)) === 'gone';
      if (end.state !== 'lost' && !isOver) continue;
      await judge(owner).catch(() => undefined);
      await rm(base, { recursive: true, force: true });
    } catch {
      // Not ours to judge.
    }
  }
}
