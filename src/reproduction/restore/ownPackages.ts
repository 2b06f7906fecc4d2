/** Packages that were installed from the repository for editing are its code, which a checkout has. */
import { fileURLToPath } from 'node:url';
import type { Package } from '../../runs/captured.ts';
import { isInside } from './relocatePaths.ts';

/** The list without them. */
export function withoutOwn(packages: readonly Package[], root: string): Package[] {
  return packages.filter(one => one.editable !== true || !isInside(folderOfPackage(one), root));
}

/** Where code of an editable package comes from; the root of the file system where nobody knows. */
export function folderOfPackage({ location, url }: Package): string {
  if (location !== undefined) return location;
  try {
    return fileURLToPath(url ?? '');
  } catch {
    return '/';
  }
}
