/**
 * Links of the code that lead out of the checkout, where the run wrote through them (`out -> /scratch/me/out`): in the
 * checkout a folder of its own takes the place of each, so that a reproduction writes over nobody's results. Links that
 * were only read through stay as they are. Invariant: nothing behind a link is touched.
 */
import { lstat, mkdir, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { leadsOut } from './placeInCheckout.ts';

/**
 * @param written What the run wrote; paths relative to the root, absolute ones are passed over.
 * @returns The links, relative to the root, in the order of `written`.
 */
export async function takeInLinks(
  { base, checkout }: CheckoutLayout,
  written: readonly string[],
): Promise<string[]> {
  const taken: string[] = [];
  const plain = new Set<string>();
  for (const path of written) {
    if (isAbsolute(path)) continue;
    const parts = path.split('/');
    for (let length = 1; length <= parts.length; length += 1) {
      const link = parts.slice(0, length).join('/');
      if (plain.has(link)) continue;
      const place = join(checkout, link);
      // What lies behind a link that leads out is not looked at.
      if (await leadsOut(base, place)) break;
      const kind = await kindOf(place);
      if (kind === 'missing') break;
      if (kind === 'plain' || !(await leadsOut(base, join(place, 'output')))) {
        plain.add(link);
        continue;
      }
      await rm(place);
      if (length < parts.length) await mkdir(place);
      taken.push(link);
      break;
    }
  }
  return taken;
}

async function kindOf(path: string): Promise<'link' | 'plain' | 'missing'> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'plain';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return 'missing';
    throw error;
  }
}
