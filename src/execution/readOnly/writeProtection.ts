/** What a command may not change, and who sees to it: the kernel where it can, else Python itself. */
import type { Mount } from './mountTable.ts';

export interface WriteProtection {
  /** Folders, and single files, that the command may read and not change. Absolute, without links. */
  readonly folders: readonly string[];
  /** Below them, what it may change all the same. Absolute, without links. */
  readonly except: readonly string[];
  /** Of Python environments: that a program could not write there, as to its caches of code, is not told. */
  readonly environments?: readonly string[];
  /** Undefined where the system does not keep a command from it: then the Python hook refuses, and nobody else. */
  readonly mounted: MountedReadOnly | undefined;
}

/** How a command gets a view of the file system in which the folders are read-only, with the system's own programs. */
export interface MountedReadOnly {
  /** `root`: by its own right. `user`: in a user namespace, in which it keeps its ids. */
  readonly by: 'root' | 'user';
  readonly programs: Readonly<Record<ToolName, string>>;
  /** Each folder or file with the flags of its mount and the mounts below it. */
  readonly folders: readonly {
    readonly path: string;
    readonly on: Mount;
    readonly below: readonly Mount[];
  }[];
  /** Existing folders, each below one of the others. */
  readonly except: readonly string[];
}

export const toolNames = ['unshare', 'mount', 'sh', 'env', 'nice'] as const;
export type ToolName = (typeof toolNames)[number];
