/** The listing of a pinned folder: the content of a `.dir` object. */

export interface ListedFile {
  /** Relative to the folder, forward slashes, checked: never absolute, no `..`, no empty parts. */
  readonly relativePath: string;
  /** 32 lower-case hexadecimal digits. */
  readonly md5: string;
}

export interface FolderListing {
  /** Sorted by code point, no path twice, no path below another. */
  readonly files: readonly ListedFile[];
}
