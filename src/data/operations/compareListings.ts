/** How the files of a folder differ between two listings, both sorted by code point as listings are. */
import { comparePaths } from '../listing/comparePaths.ts';
import type { FolderListing } from '../folderListing.ts';

export interface ListingChange {
  /** Relative to the folder. */
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted';
  readonly from?: string;
  readonly to?: string;
}

/** Sorted by path. `same` may call two different hashes equal (both variants of a hash of DVC 2). */
export function* compareListings(
  from: FolderListing,
  to: FolderListing,
  same: (from: string, to: string, path: string) => boolean = (one, other) => one === other,
): IterableIterator<ListingChange> {
  let there = 0;
  let here = 0;
  while (there < from.files.length || here < to.files.length) {
    const before = from.files[there];
    const after = to.files[here];
    const order =
      before === undefined
        ? 1
        : after === undefined
          ? -1
          : comparePaths(before.relativePath, after.relativePath);
    if (before !== undefined && order < 0) {
      yield { path: before.relativePath, change: 'deleted', from: before.md5 };
      there += 1;
    } else if (after !== undefined && order > 0) {
      yield { path: after.relativePath, change: 'added', to: after.md5 };
      here += 1;
    } else if (before !== undefined && after !== undefined) {
      if (!same(before.md5, after.md5, before.relativePath))
        yield { path: before.relativePath, change: 'modified', from: before.md5, to: after.md5 };
      there += 1;
      here += 1;
    }
  }
}
