/** What DVC does not look at: `.dvcignore` files of the repository and the built-in rules. */

export interface DvcIgnore {
  /** `path` is relative to the data root, forward slashes. A path below an ignored folder is ignored. */
  ignores(path: string, isFolder: boolean): boolean;
}

/** Reads `.dvcignore` files when they are needed, each once. `read` gives the text of a file relative to the root (of a commit, say); of the disk when absent. */
export function createDvcIgnore(root: string, read?: (path: string) => string | undefined): DvcIgnore {
  throw new Error(`not yet ${root} ${String(read)}`);
}
