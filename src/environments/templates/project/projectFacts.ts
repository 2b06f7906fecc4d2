/** What the files of a project say about the environment it needs. Facts only; chooseTemplate.ts draws conclusions. */

/** One package that some file asks for. */
export interface WantedPackage {
  /** Normalised by PEP 503. */
  readonly name: string;
  /** Version specifiers by PEP 440, separated by commas: `>=2.4,<3`; empty where any version will do. */
  readonly specifier: string;
  /** Relative to the project. */
  readonly file: string;
  /** Whether only an extra, a group or a file beside `requirements.txt` asks for it. */
  readonly optional: boolean;
}

export interface ProjectFacts {
  readonly packages: readonly WantedPackage[];
  /** Specifiers of Python versions, and who says so. `.python-version` first. */
  readonly python: readonly { readonly specifier: string; readonly file: string }[];
  /** Package indexes that files name. */
  readonly indexes: readonly { readonly url: string; readonly file: string }[];
  /** Names of modules that top-level scripts import, and a script that does. */
  readonly imports: ReadonlyMap<string, string>;
  /** Files that were understood. */
  readonly files: readonly string[];
  /** What could not be read, and why in half a sentence. */
  readonly unread: readonly { readonly file: string; readonly why: string }[];
  /** Whether `requirements.txt` fixes its packages by hash. */
  readonly hashed: boolean;
  /** Whether the project itself is a package that can be built. */
  readonly isPackage: boolean;
  /** Whether uv.lock is of a workspace of several packages. */
  readonly isWorkspace: boolean;
}

/** What one file says; every part may be missing. */
export interface FileFacts {
  readonly packages?: readonly WantedPackage[];
  readonly python?: string | undefined;
  readonly indexes?: readonly string[];
  readonly hashed?: boolean;
  readonly isPackage?: boolean;
  readonly isWorkspace?: boolean;
}
