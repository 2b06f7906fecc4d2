/**
 * Files with secrets that a run read (`.env`): the record has only their names, so a reproduction of one's own run is
 * lent the workspace's, as it is lent the variables of whoever starts it. Somebody else's program never is.
 */
import { lstat, stat, symlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { leadsOut, placeInCheckout } from './placeInCheckout.ts';

/** What such files lead to that the checkout has links to now. Absolute. Rejects with the system's error. */
export async function linkSecretFiles(
  original: RunDetails,
  workspace: string,
  { base, checkout }: CheckoutLayout,
): Promise<string[]> {
  const linked: string[] = [];
  for (const path of lentFiles(original)) {
    const [source, target] = [join(workspace, path), join(checkout, path)];
    if ((await leadsOut(base, target)) || (await isThere(target))) continue;
    const found = await stat(source).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    await symlink(source, await placeInCheckout(base, target), 'file');
    linked.push(source);
  }
  return linked;
}

/** Relative to the root. A reproduction may have run somebody else's program, so what it read is no reason. */
export function lentFiles({
  captured,
  shared,
  plan,
}: Pick<RunDetails, 'captured' | 'shared' | 'plan'>): readonly string[] {
  if (shared !== undefined || plan?.reproduces !== undefined) return [];
  return (captured?.notKept ?? []).filter(path => !isAbsolute(path));
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
