/** Folders that a program finds in its checkout. */
import { join } from 'node:path';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { folderInCheckout, leadsOut } from './placeInCheckout.ts';

/** Behind links of the code that lead out, folders are the program's to make. */
export async function makeFolders({ base }: CheckoutLayout, folders: readonly string[]): Promise<void> {
  for (const folder of new Set(folders))
    if (!(await leadsOut(base, join(folder, 'output')))) await folderInCheckout(base, folder);
}
