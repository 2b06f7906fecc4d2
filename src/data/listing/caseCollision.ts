/** Paths that are one path where the file system does not tell upper from lower case (macOS, Windows). */
import type { FolderListing } from '../folderListing.ts';

/** The first two paths, or a path and a folder above another, that fall together; undefined where all differ. */
export function caseCollision(listing: FolderListing): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  const meet = (path: string): readonly [string, string] | undefined => {
    const folded = path.normalize('NFC').toLowerCase();
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    return other === undefined || other === path ? undefined : [other, path];
  };
  for (const { relativePath } of listing.files) {
    for (let slash = relativePath.indexOf('/'); slash !== -1; slash = relativePath.indexOf('/', slash + 1)) {
      const collision = meet(relativePath.slice(0, slash));
      if (collision !== undefined) return collision;
    }
    const collision = meet(relativePath);
    if (collision !== undefined) return collision;
  }
  return undefined;
}
